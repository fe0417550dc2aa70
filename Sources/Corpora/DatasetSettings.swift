import Files
import Settings
import TOMLKit
import Tensors

/// What `dataset.toml` in a dataset's folder overrides and adds (docs/formats.md).
struct DatasetSettings {
  static let fileName = "dataset.toml"

  var name: String?
  var types: [EntityType] = []
  var relations: [String] = []
  var guidelines = Guidelines()
  /// The file inside the dataset's folder that holds them, where that is what the settings name.
  var guidelinesFile: String?
  var regions: [String] = []
  /// What numbers in place of tags stand for, as Hugging Face's `ClassLabel` has them.
  var tags: [String] = []
  var images: String?
  /// What files are in that are neither UTF-8 nor UTF-16.
  var encoding: TextEncoding?

  /// The settings of the folder that a file is in, without anything that is wrong with them.
  static func beside(_ file: String) -> DatasetSettings {
    let path = FilePath.parent(of: file) + "/" + fileName
    guard let bytes = try? FileBytes.read(path, limit: Bounds.line) else {
      return DatasetSettings()
    }
    var findings = FindingCollector(file: fileName, strict: false)
    return (try? read(String(decoding: bytes, as: UTF8.self), &findings)) ?? DatasetSettings()
  }

  /// Reads the text of a `dataset.toml`; what cannot be used is a finding.
  static func read(_ text: String, _ findings: inout FindingCollector) throws -> DatasetSettings {
    var settings = DatasetSettings()
    let table: TOMLTable
    do throws(SettingsTextError) {
      table = try SettingsText.table(text)
    } catch {
      try findings.add(.settings(error.reason), line: error.line)
      return settings
    }
    for key in table.keys.sorted() {
      let value = table[key]
      switch key {
      case "name": settings.name = value?.string
      case "guidelines":
        try settings.readGuidelines(value, &findings)
        continue
      case "images": settings.images = value?.string
      case "encoding":
        settings.encoding = value?.string.flatMap { TextEncoding(name: $0) }
        if let name = value?.string, settings.encoding == nil {
          let known = TextEncoding.names.joined(separator: ", ")
          try findings.add(
            .settings("encoding \"\(name)\" is not known; it may be \(known)"), line: 0)
        }
      case "types": settings.types = strings(value).map { .normalized($0) }
      case "relations": settings.relations = strings(value)
      case "tags": settings.tags = strings(value)
      case "regions": settings.regions = strings(value)
      default:
        try findings.add(.settings("unknown key \(key)"), line: 0)
        continue
      }
      let isList = ["types", "relations", "regions", "tags"].contains(key)
      if isList ? value?.array == nil : value?.string == nil {
        let wanted = isList ? "an array of strings" : "a string"
        try findings.add(.settings("\(key) must be \(wanted)"), line: 0)
      }
    }
    for path in settings.regions + [settings.images, settings.guidelinesFile].compactMap(\.self)
    where !ImageIndex.isInside(path) {
      try findings.add(.settings("\(path) leaves the dataset's folder"), line: 0)
    }
    settings.regions.removeAll { !ImageIndex.isInside($0) }
    if let images = settings.images, !ImageIndex.isInside(images) { settings.images = nil }
    if let file = settings.guidelinesFile, !ImageIndex.isInside(file) {
      settings.guidelinesFile = nil
    }
    return settings
  }

  /// A text, the name of a Markdown file, or a table with a text for each label.
  private mutating func readGuidelines(
    _ value: (any TOMLValueConvertible)?, _ findings: inout FindingCollector
  ) throws {
    if let table = value?.table {
      guidelines = try Guidelines(table, &findings)
    } else if let text = value?.string {
      if text.hasSuffix(".md"), !text.contains(where: \.isWhitespace) {
        guidelinesFile = text
      } else {
        guidelines = Guidelines(general: text)
      }
    } else {
      try findings.add(
        .settings("guidelines must be a text, the name of a .md file or a table"), line: 0)
    }
  }

  private static func strings(_ value: (any TOMLValueConvertible)?) -> [String] {
    value?.array?.compactMap { $0.string }.filter { !$0.isEmpty } ?? []
  }
}
