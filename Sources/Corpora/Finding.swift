import Files

/// Something irregular in a dataset: where it is, what is wrong and what to do about it.
package struct Finding: Sendable, Hashable, CustomStringConvertible {
  /// File and line; line 0 means the file as a whole.
  package let location: SourceLocation
  /// What is wrong there.
  package let problem: Problem

  /// A problem at a place.
  package init(_ location: SourceLocation, _ problem: Problem) {
    self.location = location
    self.problem = problem
  }

  /// How much a finding matters.
  package enum Severity: Sendable, Hashable {
    /// Something could not be read; `--strict` stops here.
    case malformed
    /// Readable under the chosen reading, but not as the format wants it.
    case irregular
    /// Worth knowing.
    case notice
  }

  /// What can be wrong, with the values needed to say so.
  package enum Problem: Sendable, Hashable {
    case lineTooLong(bytes: Int)
    case lineOutsidePost
    case noTab
    case noColumns
    case tooManyFields(Int)
    case emptyWord
    case emptyPicture
    case idTooLong(bytes: Int)
    case invalidUTF8
    case unknownEncoding
    case postWithoutTokens(id: String)
    case tooManyTokens(id: String)
    case tag(String, BIO.Irregularity.Kind)
    case syntax(column: Int, String)
    case mentionOutside(start: Int, end: Int, tokens: Int)
    case mentionOverlap(start: Int, end: Int)
    case spanOutside(start: Int, end: Int, characters: Int)
    case spanInParts(String)
    case relationEnds(String)
    case duplicateID(String, becomes: String)
    case unreadableFile(String)
    case leadsOut(to: String)
    case unknownFormat
    case almost(format: String, reason: String)
    case emptyFile
    case settings(String)
    case more(Int)
  }

  /// How much it matters.
  package var severity: Severity {
    switch problem {
    case .tag, .tooManyFields, .emptyWord: .irregular
    case .unknownFormat, .almost, .emptyFile, .more: .notice
    default: .malformed
    }
  }

  /// Whether a whole file was passed over, which may have been meant as part of the dataset.
  package var isPassedOver: Bool {
    switch problem {
    case .unknownFormat, .almost, .emptyFile, .unreadableFile: true
    default: false
    }
  }

  /// `file:line: what is wrong, what to do`.
  package var description: String {
    let place = location.line > 0 ? location.description : location.file
    return "\(place): \(wording.wrong); \(wording.advice)"
  }

  /// `line: what is wrong, what to do`, for a place where the file is known.
  package var sentence: String {
    (location.line > 0 ? "line \(location.line): " : "") + "\(wording.wrong); \(wording.advice)"
  }

  /// Whether it is about a line of a post that is read, however much of it.
  var isInsidePost: Bool {
    switch problem {
    case .noColumns, .noTab, .tooManyFields, .emptyWord, .invalidUTF8, .lineTooLong,
      .unknownEncoding, .emptyPicture:
      true
    default: false
    }
  }

  /// A path that is fit for a sentence: short, without control characters.
  private static func printable(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(200).map { scalar in
        scalar.properties.generalCategory == .control ? "?" : Character(scalar)
      })
  }

  private var wording: (wrong: String, advice: String) {
    switch problem {
    case .lineTooLong(let bytes):
      ("line of \(bytes) bytes is longer than \(Bounds.line)", "left out; split or remove it")
    case .lineOutsidePost:
      ("words outside a post", "left out; put an `IMGID:` line in front of them")
    case .noColumns: ("no blank between word and tag", "left out; write word, blank, tag")
    case .noTab: ("no tab between word and tag", "left out; write word, tab, tag")
    case .tooManyFields(let count):
      (
        "\(count) fields",
        "the first is read as the word, the last as the tag; leave only these two"
      )
    case .emptyWord: ("empty word", "kept in its place; write the word in front of the tab")
    case .emptyPicture: ("`IMGID:` without an id", "post has no picture; write the picture's name")
    case .idTooLong(let bytes):
      ("id of \(bytes) bytes is longer than \(Bounds.id)", "post left out; shorten the id")
    case .invalidUTF8:
      (
        "not valid UTF-8", "shown with U+FFFD, kept as it is on writing; \(TextEncoding.advice)"
      )
    case .unknownEncoding:
      (
        "neither UTF-8 nor GB18030", "shown with U+FFFD; name the encoding: --encoding latin-1"
      )
    case .postWithoutTokens(let id):
      ("post \(id) has no words", "left out; add its words or remove it")
    case .tooManyTokens(let id):
      ("post \(id) has more than \(Bounds.tokens) words", "left out; split it")
    case .tag(let tag, .orphan):
      ("tag \(tag) continues no mention of its type", "write B- to begin a mention here")
    case .tag(let tag, .unended):
      ("tag \(tag) is the last of a mention that nothing ends", "end the mention as the file does")
    case .tag(let tag, .unknownPrefix):
      ("tag \(tag) has a prefix that the file's scheme does not have", "write B- or I-")
    case .tag(let tag, .unreadable):
      ("`\(tag)` is not a tag", "read as O; write O, B-TYPE or I-TYPE")
    case .syntax(let column, let text): ("column \(column): \(text)", "line left out; correct it")
    case .mentionOutside(let start, let end, let tokens):
      (
        "range \(start) to \(end) does not lie in the \(tokens.counted("word"))",
        "left out; correct the range"
      )
    case .mentionOverlap(let start, let end):
      ("mention \(start) to \(end) overlaps an earlier one", "left out; keep one of them")
    case .spanOutside(let start, let end, let characters):
      (
        "span \(start) to \(end) is no part of the \(characters) characters of the text",
        "left out; correct its offsets"
      )
    case .spanInParts(let label):
      (
        "a \(Self.printable(label)) in several parts",
        "left out, kept in the file; mark its parts as mentions of their own"
      )
    case .relationEnds(let label):
      (
        "an end of a relation \(Self.printable(label)) is not there or has no words",
        "left out; correct its ends"
      )
    case .duplicateID(let id, let new):
      ("id \(id) appears twice", "the later post is called \(new); give it an id of its own")
    case .unreadableFile(let reason): (reason, "left out; check the file and its permissions")
    case .leadsOut(let target):
      (
        "a link out of the dataset's folder, to \(Self.printable(target))",
        "not opened; if you want it, copy it into the folder or name it on the command line"
      )
    case .unknownFormat:
      ("no known dataset format", "left out; see docs/formats.md for the formats")
    case .almost(let format, let reason):
      ("nearly \(format), but \(reason)", "file left out; see docs/formats.md")
    case .emptyFile: ("empty file", "left out; the split has no posts")
    case .settings(let text): (text, "ignored; see docs/formats.md, dataset.toml")
    case .more(let count): ("\(count) more findings", "correct the first ones and open again")
    }
  }
}

/// The largest things that are read; anything larger is refused by name.
package enum Bounds {
  /// Bytes of a file: 1 GiB.
  package static let file = 1 << 30
  /// Bytes of a line: 1 MiB.
  package static let line = 1 << 20
  /// Tokens of a post.
  package static let tokens = 10_000
  /// Bytes of an id.
  package static let id = 1_024
  /// Findings kept per file; the rest are counted.
  static let findings = 10_000
}

/// Findings of one file while it is read; throws the first malformed one when strict.
struct FindingCollector: Sendable {
  let file: String
  let strict: Bool
  var findings: [Finding] = []
  /// How many were too many to keep.
  var dropped = 0

  init(file: String, strict: Bool) {
    self.file = file
    self.strict = strict
  }

  mutating func add(_ problem: Finding.Problem, line: Int) throws {
    let finding = Finding(SourceLocation(file: file, line: line), problem)
    if strict && finding.severity == .malformed { throw CorporaError.malformed(finding) }
    if findings.count < Bounds.findings { findings.append(finding) } else { dropped += 1 }
  }

  /// The findings, with a count of those that were too many to keep.
  var all: [Finding] {
    guard dropped > 0 else { return findings }
    return findings + [Finding(SourceLocation(file: file, line: 0), .more(dropped))]
  }
}
