import Foundation
import Testing

@testable import Services

/// What is remembered from session to session.
@Suite struct ViewMemoryTests {
  @Test func heatIsRemembered() throws {
    let folder = try TemporaryFolder()
    let environment = ["XDG_STATE_HOME": folder.path]
    #expect(!ViewMemory(environment: environment).heat)
    var memory = ViewMemory(environment: environment)
    memory.heat = true
    memory.write(environment: environment)
    #expect(ViewMemory(environment: environment) == memory)
    memory.heat = false
    memory.write(environment: environment)
    #expect(!ViewMemory(environment: environment).heat)
  }

  @Test(arguments: [
    "", "heat", "heat = 3", "heat = \"yes\"", String(repeating: "a.", count: 90),
  ])
  func whatCannotBeReadIsNothing(text: String) throws {
    let folder = try TemporaryFolder()
    let environment = ["XDG_STATE_HOME": folder.path]
    try FileManager.default.createDirectory(
      atPath: folder.path + "/twinlens", withIntermediateDirectories: true)
    try text.write(toFile: ViewMemory.path(environment), atomically: true, encoding: .utf8)
    #expect(!ViewMemory(environment: environment).heat)
    // A folder in its place neither.
    let other = ["XDG_STATE_HOME": folder.path + "/other"]
    try FileManager.default.createDirectory(
      atPath: ViewMemory.path(other), withIntermediateDirectories: true)
    var memory = ViewMemory(environment: other)
    memory.heat = true
    memory.write(environment: other)
    #expect(!ViewMemory(environment: other).heat)
  }
}
