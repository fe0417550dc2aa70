import Dispatch
import Foundation
import Screen
import Settings
import Workbench

/// What a terminal suggests where a setting is `auto`.
package struct TerminalSuggestions: Sendable {
  package var theme = Theme.dusk
  package var emoji = Sanitizer.EmojiMode.base
  /// Size of the sixel palette.
  package var colors: Int?

  /// What is right for most.
  package init() {}

  package init(theme: Theme, emoji: Sanitizer.EmojiMode, colors: Int?) {
    (self.theme, self.emoji, self.colors) = (theme, emoji, colors)
  }
}

extension WorkbenchServices {
  /// One after the other: what is written must not overtake what was written before.
  private static let settingsQueue = DispatchQueue(label: "twinlens.settings", qos: .userInitiated)

  /// Begins to carry out what was set.
  func apply(_ name: Setting.Name, _ value: SettingValue) {
    var options = session.options
    // As it will be read: a path leads from where the program runs.
    let here = FileManager.default.currentDirectoryPath
    options.settings.take(
      SettingsFile.absolute(value, of: name, from: here), for: name, from: .session)
    switch name {
    case .theme:
      answer(name) { [session, suggestions, options] in
        .themeRead(try Session.theme(options, session.shared, suggested: suggestions.theme))
      }
    case .keymap:
      answer(name) { [session, options] in
        .keymapRead(try Session.keymap(options, types: session.dataset.labelInventory))
      }
    case .emoji: mailbox.post(.emojiChosen(options.emoji ?? suggestions.emoji))
    case .sixelColors:
      let colors = options.settings.number(.sixelColors) ?? suggestions.colors
      if pictures.change({ $0.colors = colors }) { mailbox.post(.picturesStale) }
    case .annotator, .panels, .heat, .heatColors, .training, .resume, .graphics, .unicode, .mouse,
      .keepBackups:
      break
    }
  }

  /// Begins to write settings into the person's own file. A theme or keymap that cannot be used is
  /// not kept: the workbench would not open with it.
  func save(_ changes: [SettingChange]) {
    mailbox.begin(commit: true)
    var options = session.options
    let here = FileManager.default.currentDirectoryPath
    for change in changes {
      options.settings.take(
        SettingsFile.absolute(change.value, of: change.name, from: here), for: change.name,
        from: .session)
    }
    Self.settingsQueue.async { [mailbox, session, options] in
      do {
        let names = changes.map(\.name)
        if names.contains(.theme) {
          _ = try Session.theme(options, session.shared, suggested: .dusk)
        }
        if names.contains(.keymap) {
          _ = try Session.keymap(options, types: session.dataset.labelInventory)
        }
        let path = try SettingsFile.save(
          changes, environment: ProcessInfo.processInfo.environment)
        mailbox.finish([.settingsSaved(names, path: path)], commit: true)
      } catch {
        mailbox.finish([.settingsNotSaved(reason: "\(error)")], commit: true)
      }
    }
  }

  /// Answers with what work in the background makes, or with why it cannot.
  private func answer(_ name: Setting.Name, with work: @escaping @Sendable () throws -> Message) {
    mailbox.begin(commit: true)
    Self.settingsQueue.async { [mailbox] in
      do {
        mailbox.finish([try work()], commit: true)
      } catch {
        mailbox.finish([.settingRefused(name, reason: "\(error)")], commit: true)
      }
    }
  }
}
