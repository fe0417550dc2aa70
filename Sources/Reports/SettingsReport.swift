import Corpora
import Foundation
import Screen
import Services
import Settings

/// Every setting with its value and where it comes from: what `twinlens config` prints.
package struct SettingsReport: Sendable {
  private let settings: ResolvedSettings
  /// The files that settings are read from, whether they are there or not.
  private let files: [(whose: String, path: String)]
  /// What of the dataset's file is not taken, and why.
  private let ignored: [SettingError]

  /// - Parameters:
  ///   - settings: without those of a dataset.
  ///   - dataset: a file or folder; nil leaves a dataset's own file out.
  package init(
    _ settings: ResolvedSettings, dataset: String?, environment: [String: String]
  ) throws {
    var settings = settings
    var files = [("yours", SettingsFile.ofPerson(environment))]
    var ignored: [SettingError] = []
    if let dataset {
      let root = try Dataset.root(of: dataset)
      files.append(("the dataset's", SettingsFile.ofDataset(root: root)))
      ignored = settings.take(datasetIn: root)
    }
    (self.settings, self.files, self.ignored) = (settings, files, ignored)
  }

  /// A line each: name, value, where it comes from. Then the files.
  package func text() -> String {
    let safe = Sanitizer(emoji: .base)
    let rows = settings.entries.map { entry in
      [
        entry.setting.name.rawValue, safe.visible("\(entry.value)"),
        safe.visible("\(entry.source)"),
      ]
    }
    var lines = TextTable.aligned([["setting", "value", "from"]] + rows, numbersRight: false)
    lines.append("")
    lines += TextTable.aligned(
      files.map { file in
        let isThere = FileManager.default.fileExists(atPath: file.path)
        return [file.whose, safe.visible(file.path) + (isThere ? "" : " (not there)")]
      }, numbersRight: false)
    lines += ignored.map { "not taken: \(safe.visible("\($0)"))" }
    return lines.joined(separator: "\n")
  }

  /// The same with what each setting may be.
  package func json() -> String {
    JSONText.object([
      (
        "settings",
        .list(
          settings.entries.map { entry in
            .object([
              ("name", .string(entry.setting.name.rawValue)), ("value", Self.json(entry.value)),
              ("source", .string(entry.source.word)), ("place", .optional(entry.source.place)),
              ("builtIn", Self.json(entry.setting.builtIn)),
              ("allowed", .string(entry.setting.allowed)),
              ("summary", .string(entry.setting.summary)),
            ])
          })
      ),
      (
        "files",
        .list(
          files.map { file in
            .object([
              ("whose", .string(file.whose)), ("path", .string(file.path)),
              ("exists", .bool(FileManager.default.fileExists(atPath: file.path))),
            ])
          })
      ),
      ("notTaken", .strings(ignored.map(\.description))),
    ]).text()
  }

  private static func json(_ value: SettingValue) -> JSONText {
    switch value {
    case .flag(let isOn): .bool(isOn)
    case .number(let number): .int(number)
    case .text(let text): .string(text)
    }
  }

  /// The table of all settings as the manual has it.
  package static func markdown() -> String {
    let rows = Setting.all.map { setting in
      let builtIn = setting.builtInWords ?? "`\(setting.builtIn)`"
      return [
        "`\(setting.name.rawValue)`", setting.allowed, builtIn,
        setting.isForDatasets ? "yes" : "", setting.summary,
      ]
    }
    return
      ([
        "| name | may be | built-in | a dataset may say it | what it does |",
        "| --- | --- | --- | --- | --- |",
      ] + rows.map { "| " + $0.joined(separator: " | ") + " |" }).joined(separator: "\n")
  }
}
