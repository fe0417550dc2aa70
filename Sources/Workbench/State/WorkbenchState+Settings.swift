import Pictures
import Screen
import Settings

/// A setting and what it becomes.
package struct SettingChange: Sendable, Hashable {
  package let name: Setting.Name
  package let value: SettingValue

  package init(_ name: Setting.Name, _ value: SettingValue) {
    (self.name, self.value) = (name, value)
  }
}

/// When the workbench trains the router.
package enum TrainingHabit: String, Sendable, CaseIterable {
  /// After every accepted post.
  case automatic
  /// When it is asked to.
  case manual
}

/// A setting that keys and commands of its own change too: what the screen does is its value.
private struct ScreenSetting: Sendable {
  let name: Setting.Name
  let value: @Sendable (WorkbenchState) -> SettingValue
  let set: @Sendable (inout WorkbenchState, SettingValue) -> [Effect]

  static let all = [
    ScreenSetting(name: .heat, value: { .flag($0.choice.heat) }) { state, value in
      state.choice.heat = value == .flag(true)
      return []
    },
    ScreenSetting(name: .heatColors, value: { .text($0.choice.colors.rawValue) }) { state, value in
      state.choice.colors = ColorMap(rawValue: "\(value)") ?? .standard
      return []
    },
    ScreenSetting(name: .panels, value: { .flag($0.showsModels) }) { state, value in
      state.showModels(value == .flag(true))
    },
    ScreenSetting(
      name: .training,
      value: { .text(($0.trainsAutomatically ? TrainingHabit.automatic : .manual).rawValue) }
    ) { state, value in
      state.trainsAutomatically = value == .text(TrainingHabit.automatic.rawValue)
      return [.trainAutomatically(state.trainsAutomatically)]
    },
  ]
}

extension WorkbenchState {
  /// The settings as they hold now, and where each comes from.
  package var currentSettings: ResolvedSettings {
    ScreenSetting.all.reduce(into: settings) { result, own in
      let value = own.value(self)
      guard let known = result[own.name]?.value, known != value else { return }
      result.take(value, for: own.name, from: .session)
    }
  }

  /// Makes the screen what the settings say, before the first key.
  mutating func takeSettingsOfScreen() {
    for own in ScreenSetting.all {
      if let value = settings[own.name]?.value { _ = own.set(&self, value) }
    }
  }

  /// Sets a setting for this session.
  mutating func carryOut(_ name: Setting.Name, _ value: SettingValue) -> [Effect] {
    let before = settings[name]
    settings.take(value, for: name, from: .session)
    if let own = ScreenSetting.all.first(where: { $0.name == name }) {
      return own.set(&self, value)
    }
    settingsBefore[name] = settingsBefore[name] ?? before
    return [.apply(name, value)]
  }

  /// `:set` with what stands behind it: the list of all; one setting; one with a value.
  mutating func set(_ line: String) -> [Effect] {
    var rest = line.trimmingSpaces
    func word(_ text: String) -> String { String(text.prefix { $0 != " " }) }
    let saves = word(rest) == Self.saveOption
    if saves { rest = String(rest.dropFirst(Self.saveOption.count)).trimmingSpaces }
    guard !rest.isEmpty else {
      if saves { return saveSettings() }
      layers.open(SettingsLayer())
      return []
    }
    let name = word(rest)
    let text = String(rest.dropFirst(name.count)).trimmingSpaces
    do throws(SettingError) {
      let setting = try settings.setting(named: name)
      guard !text.isEmpty else { return saves ? save([setting.name]) : tell(of: setting.name) }
      guard let value = setting.value(of: text) else {
        throw .badValue(setting, written: "\"\(text)\"", place: nil)
      }
      return set(setting, to: value, saves: saves)
    } catch {
      return refuse(error.description)
    }
  }

  /// Keeps what is set, for the person and not only for the session.
  static let saveOption = "--save"

  /// Sets a setting, and says so.
  mutating func set(_ setting: Setting, to value: SettingValue, saves: Bool = false) -> [Effect] {
    let name = setting.name.rawValue
    guard setting.time == .now || saves else {
      return refuse(
        "\(name) is read when the workbench opens; :set \(Self.saveOption) \(name) \(value) keeps "
          + "it for the next time")
    }
    let effects = setting.time == .now ? carryOut(setting.name, value) : []
    notice = Notice(text: "\(name) is \(value); :save-settings keeps it")
    return saves ? effects + [.saveSettings([SettingChange(setting.name, value)])] : effects
  }

  /// Says what a setting is, where that comes from and what it may be.
  private mutating func tell(of name: Setting.Name) -> [Effect] {
    guard let entry = currentSettings[name] else { return [] }
    notice = Notice(
      text: "\(name.rawValue) is \(entry.value) (\(entry.source)): \(entry.setting.summary); "
        + "it may be \(entry.setting.allowed)")
    return []
  }

  /// Writes everything that this session set into the person's own file.
  mutating func saveSettings() -> [Effect] {
    let names = currentSettings.entries.filter { $0.source == .session }.map(\.setting.name)
    guard !names.isEmpty else {
      notice = Notice(text: "nothing was set in this session")
      return []
    }
    return save(names)
  }

  private func save(_ names: [Setting.Name]) -> [Effect] {
    let now = currentSettings
    return [
      .saveSettings(names.compactMap { name in now[name].map { SettingChange(name, $0.value) } })
    ]
  }

  /// What was set is carried out.
  mutating func took(_ name: Setting.Name, _ change: (inout WorkbenchState) -> Void) {
    settingsBefore[name] = nil
    change(&self)
  }

  /// What was set cannot be carried out: it is as it was.
  mutating func refused(_ name: Setting.Name, _ reason: String) -> [Effect] {
    if let before = settingsBefore.removeValue(forKey: name) { settings.restore(before) }
    return refuse("\(name.rawValue) stays as it is: \(reason)")
  }

  /// Settings stand in the person's own file. Says so, and what goes before it the next time.
  mutating func saved(_ names: [Setting.Name], in path: String) -> [Effect] {
    let stronger = names.compactMap { name -> String? in
      switch opened.settings[name]?.source {
      case .dataset?, .environment?: opened.settings[name]?.source.place
      case .builtIn?, .remembered?, .person?, .option?, .session?, nil: nil
      }
    }
    let list = names.map(\.rawValue).joined(separator: ", ")
    notice = Notice(
      text: "\(list) \(names.count == 1 ? "is" : "are") kept in \(path)"
        + (stronger.isEmpty ? "" : "; here \(stronger.joined(separator: ", ")) goes before it"))
    return []
  }
}

// MARK: Completion

extension WorkbenchState {
  /// What the last of the words behind `:set` could become.
  func settingCompletions(_ words: [String]) -> [String] {
    let hasOption = words.count > 1 && words.first == Self.saveOption
    let words = hasOption ? Array(words.dropFirst()) : words
    let stem = (words.last ?? "").lowercased()
    let names = settings.entries.map(\.setting.name.rawValue).sorted()
    let known: [String]
    switch words.count {
    case ...1: known = (hasOption ? [] : [Self.saveOption]) + names
    case 2: known = (try? settings.setting(named: words[0]))?.words ?? []
    default: known = []
    }
    return known.filter { $0.hasPrefix(stem) }
  }
}
