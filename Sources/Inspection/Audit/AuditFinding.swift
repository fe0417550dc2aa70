/// Something in a dataset that would leak the labels or mislead whoever trains on it.
package struct AuditFinding: Sendable, Hashable {
  /// What was found; the names are stable, programs read them.
  package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Regions whose number or sameness tells the label.
    case regionLeak
    /// Regions that belong to no picture or pair of the dataset.
    case unrelatedRegions
    /// A file of regions that cannot be read.
    case unreadableRegions
    /// A picture in two splits, by its name or by its bytes.
    case sharedImage
    /// One picture under many names: a placeholder for those that could not be had.
    case placeholderImage
    /// A text in two splits.
    case sharedText
    /// The same words, or the same pair, labelled in two ways.
    case conflictingLabels
    /// Labels are spread differently over two splits.
    case labelShift
    /// Pictures that cannot be decoded.
    case undecodableImage
    /// Pictures whose name leads out of the folders or to something that is no file.
    case refusedImage
    /// Words that show nothing.
    case emptyToken
    /// Tags that are none, or of another scheme than BIO.
    case foreignTag
    /// Lines that cannot be read.
    case malformedLine
    /// Files of the folder that are not part of the dataset, though they may have been meant to be.
    case passedOverFile
    /// Pictures that are not there.
    case missingImage
    /// `I-` tags that continue no mention.
    case orphanTag
  }

  /// How much it matters.
  package enum Severity: String, Sendable, Hashable, CaseIterable, Codable {
    /// Scores measured on the dataset cannot be trusted.
    case serious
    /// Something is wrong and worth mending.
    case warning
    /// Worth knowing; published datasets have it.
    case notice
  }

  /// What was found.
  package let kind: Kind
  /// How much it matters.
  package let severity: Severity
  /// The file, relative to the dataset's folder where it lies in it.
  package let file: String
  /// The first line that is meant, counted from 1; nil when the file is meant.
  package var line: Int?
  /// What is wrong, in one sentence without its full stop.
  package let message: String
  /// What to do about it.
  package let remedy: String
  /// How many times it was found.
  package var count = 1
  /// The places, each one line.
  package var examples: [String] = []
  /// Numbers behind the message by name, such as `mutualInformation` in bits.
  package var measures: [(name: String, value: Double)] = []

  /// A finding.
  package init(
    _ kind: Kind, _ severity: Severity, file: String, line: Int? = nil, _ message: String,
    remedy: String, count: Int = 1, examples: [String] = [],
    measures: [(name: String, value: Double)] = []
  ) {
    self.kind = kind
    self.severity = severity
    self.file = file
    self.line = line
    self.message = message
    self.remedy = remedy
    self.count = count
    self.examples = examples
    self.measures = measures
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.kind == b.kind && a.severity == b.severity && a.file == b.file && a.line == b.line
      && a.message == b.message && a.remedy == b.remedy && a.count == b.count
      && a.examples == b.examples && a.measures.elementsEqual(b.measures, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(file)
    hasher.combine(message)
  }
}
