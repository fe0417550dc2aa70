import Foundation
import Settings
import Testing

@testable import Services

/// What is remembered from session to session.
@Suite struct ViewMemoryTests {
  private func shown(heat: Bool, panels: Bool) -> ViewMemory {
    var settings = ResolvedSettings(Setting.all)
    settings.take(.flag(heat), for: .heat, from: .session)
    settings.take(.flag(panels), for: .panels, from: .session)
    return ViewMemory(settings)
  }

  @Test func whatAPersonChangedIsRemembered() throws {
    let folder = try TemporaryFolder()
    let environment = ["XDG_STATE_HOME": folder.path]
    #expect(ViewMemory(environment: environment).values.isEmpty)
    let first = shown(heat: false, panels: true)
    first.keep(first, environment: environment)
    #expect(ViewMemory(environment: environment).values.isEmpty, "nothing was changed")
    first.keep(shown(heat: true, panels: true), environment: environment)
    #expect(ViewMemory(environment: environment).values == [.heat: .flag(true)])
    // What another setting made it be is not what the person did.
    let second = shown(heat: true, panels: false)
    second.keep(shown(heat: false, panels: false), environment: environment)
    #expect(ViewMemory(environment: environment).values == [.heat: .flag(false)])
    shown(heat: false, panels: true).keep(
      shown(heat: false, panels: false), environment: environment)
    #expect(
      ViewMemory(environment: environment).values
        == [.heat: .flag(false), .panels: .flag(false)])
  }

  @Test func itHoldsWhereNobodySaysAnything() throws {
    let folder = try TemporaryFolder()
    var environment = ["XDG_STATE_HOME": folder.path, "XDG_CONFIG_HOME": folder.path + "/config"]
    shown(heat: false, panels: true).keep(
      shown(heat: true, panels: true), environment: environment)
    let settings = try PersonalSettings(environment: environment, remembers: true).settings
    #expect(settings.isOn(.heat) == true)
    #expect(settings[.heat]?.source == .remembered(file: ViewMemory.path(environment)))
    #expect(
      try PersonalSettings(environment: environment, remembers: false).settings.isOn(.heat) == false
    )
    environment["TWINLENS_HEAT"] = "off"
    let other = try PersonalSettings(environment: environment, remembers: true).settings
    #expect(other.isOn(.heat) == false)
  }

  @Test(arguments: [
    "", "heat", "heat = 3", "heat = \"warm\"", "theme = \"paper\"",
    String(repeating: "a.", count: 90), String(repeating: "#", count: 5_000),
  ])
  func whatCannotBeReadIsNothing(text: String) throws {
    let folder = try TemporaryFolder()
    let environment = ["XDG_STATE_HOME": folder.path]
    try FileManager.default.createDirectory(
      atPath: folder.path + "/twinlens", withIntermediateDirectories: true)
    try text.write(toFile: ViewMemory.path(environment), atomically: true, encoding: .utf8)
    #expect(ViewMemory(environment: environment).values.isEmpty)
    // A folder in its place neither.
    let other = ["XDG_STATE_HOME": folder.path + "/other"]
    try FileManager.default.createDirectory(
      atPath: ViewMemory.path(other), withIntermediateDirectories: true)
    shown(heat: false, panels: true).keep(shown(heat: true, panels: true), environment: other)
    #expect(ViewMemory(environment: other).values.isEmpty)
  }
}
