import Settings

extension Action {
  /// What can be set, and the key that hides what the models say.
  static let settings: [Action] = [
    Action(
      "panels", .looking, keys: ["Z"],
      "hide everything that the models say, for labelling alone, or show it again",
      unavailable: { $0.opened.hasModels ? nil : noModels }
    ) { state, _ in
      let effects = state.carryOut(.panels, .flag(!state.showsModels))
      state.notice = Notice(
        text: state.hidingOfModels ?? "what the models say is shown")
      return effects
    },
    Action(
      "set", .program,
      "list what can be set, show one setting, or set it; after --save for good",
      parameters: [.optional("NAME VALUE", .setting)], unavailable: needsSettings
    ) { state, arguments in state.set(arguments.text(0) ?? "") },
    Action(
      "save-settings", .program, "keep what this session set, in your own settings file",
      unavailable: needsSettings
    ) { state, _ in state.saveSettings() },
  ]

  @Sendable private static func needsSettings(_ state: WorkbenchState) -> String? {
    state.settings.entries.isEmpty ? "there is nothing to set here" : nil
  }
}
