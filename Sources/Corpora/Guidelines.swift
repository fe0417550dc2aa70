import TOMLKit

/// What a dataset tells its annotators: of the whole, and of its labels. From strangers, so its
/// size is bounded and it must be made safe before it is shown.
package struct Guidelines: Sendable, Hashable {
  /// What is no single label's.
  package private(set) var general: String?
  private var texts: [String: String] = [:]

  /// Bytes of a file of guidelines.
  static let mostOfFile = 1 << 18
  /// Bytes of the text of one label.
  static let mostOfText = 1 << 14
  /// Labels that have a text.
  static let mostLabels = 1_000
  /// The key of `[guidelines]` for the text that is no single label's.
  static let generalKey = "general"

  /// Guidelines by their texts; empty ones are left out.
  package init(general: String? = nil, _ texts: [String: String] = [:]) {
    self.general = general.flatMap { Self.trimmed($0) }
    self.texts = texts.compactMapValues { Self.trimmed($0) }
  }

  /// Whether nothing is said.
  package var isEmpty: Bool { general == nil && texts.isEmpty }

  /// The labels that have a text, sorted.
  package var labels: [String] { texts.keys.sorted() }

  /// What is said of a label.
  package func text(of label: String) -> String? { texts[label] }

  /// Reads the table `[guidelines]` of a `dataset.toml`: a text for each label.
  init(_ table: TOMLTable, _ findings: inout FindingCollector) throws {
    for key in table.keys.sorted().prefix(Self.mostLabels) {
      guard let text = table[key]?.string else {
        try findings.add(.settings("guidelines: \(Self.short(key)) must be a string"), line: 0)
        continue
      }
      let cut = Self.cut(text)
      if cut.utf8.count < text.utf8.count {
        try findings.add(
          .settings(
            "guidelines: the end of \(Self.short(key)), which is longer than \(Self.mostOfText) bytes"
          ),
          line: 0)
      }
      if key == Self.generalKey {
        general = Self.trimmed(cut)
      } else {
        texts[key] = Self.trimmed(cut)
      }
    }
    if table.keys.count > Self.mostLabels {
      try findings.add(
        .settings("guidelines: those after the first \(Self.mostLabels) labels"), line: 0)
    }
  }

  /// Reads a Markdown file: what stands under a heading that is a label is that label's, all else
  /// is for the whole dataset.
  init(markdown: String, labels: Set<String>) {
    var sections: [(label: String?, lines: [Substring])] = [(nil, [])]
    for line in markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if let heading = Self.heading(line) {
        if let label = Self.label(heading, among: labels) {
          sections.append((label, []))
          continue
        }
        // A heading ends the section of a label, and belongs to what is said of the whole.
        if sections.last?.label != nil { sections.append((nil, [])) }
      }
      sections[sections.count - 1].lines.append(line)
    }
    func text(_ label: String?) -> String? {
      Self.trimmed(
        sections.filter { $0.label == label }.map { $0.lines.joined(separator: "\n") }
          .joined(separator: "\n"))
    }
    general = text(nil)
    for label in Set(sections.compactMap(\.label)) { texts[label] = text(label) }
  }

  /// The same with each label spelled as the dataset has it, and the labels that it does not have.
  ///
  /// - Parameter relations: what the posts have where `dataset.toml` names none; so a dataset
  ///   without a pair may have guidelines for relations all the same.
  func resolved(types: [EntityType], relations: [String]) -> (Guidelines, unknown: [String]) {
    var result = Guidelines(general: general)
    var unknown: [String] = []
    let known = Set(types.map(\.rawValue) + relations)
    for (label, text) in texts {
      let type = EntityType.normalized(label).rawValue
      if known.contains(label) {
        result.texts[label] = text
      } else if known.contains(type) {
        result.texts[type] = text
      } else if relations.isEmpty, Self.isRelation(label) {
        result.texts[label] = text
      } else {
        unknown.append(label)
      }
    }
    return (result, unknown.sorted())
  }

  private static func isRelation(_ label: String) -> Bool {
    label == RelationInventory.none || RelationInventory.types(of: label) != nil
  }

  /// The words of a line that is a heading, without marks.
  private static func heading(_ line: Substring) -> Substring? {
    let level = line.prefix { $0 == "#" }.count
    guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
    return line.dropFirst(level).drop { $0 == " " }
  }

  /// The label that a heading names: alone, in back quotes, or before a colon.
  private static func label(_ heading: Substring, among labels: Set<String>) -> String? {
    let words = heading.filter { $0 != "`" }
    return [words, String(words.prefix { $0 != ":" })].compactMap { trimmed($0) }
      .first(where: labels.contains)
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > mostOfText else { return text }
    var (result, bytes) = ("", 0)
    for character in text {
      bytes += character.utf8.count
      guard bytes <= mostOfText else { break }
      result.append(character)
    }
    return result
  }

  /// Without blank lines and spaces at its ends; nil where nothing is left.
  private static func trimmed(_ text: String) -> String? {
    let head = text.drop(while: \.isWhitespace)
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return String(head[...last])
  }

  private static func short(_ key: String) -> String { String(key.prefix(60)) }
}
