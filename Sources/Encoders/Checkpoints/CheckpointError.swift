import Tensors

/// A model folder or one of its files that cannot be used, and why.
package enum CheckpointError: Error, Sendable, CustomStringConvertible {
  /// A file is absent, unreadable or too large.
  case file(path: String, problem: String)
  /// `config.json` holds values that no model can have.
  case configuration(path: String, problems: [String])
  /// A kind of model that is not computed here.
  case unknownArchitecture(path: String, name: String)
  /// Another kind of model than the one asked for.
  case otherArchitecture(path: String, found: String, wanted: String)
  /// The weights do not fit the model: everything that is wrong.
  case tensors(path: String, problems: [TensorProblem])
  /// A damaged or refused `pytorch_model.bin`; the offset counts bytes of the file or of the pickle
  /// in it.
  case archive(path: String, offset: Int, problem: String)

  /// How many problems a message lists.
  static let listed = 40

  package var description: String {
    switch self {
    case .file(let path, let problem): "\(path) \(problem)"
    case .configuration(let path, let problems):
      "\(path) cannot be used: \(Self.list(problems)); get the file again"
    case .unknownArchitecture(let path, let name):
      "\(path) describes a model of type \(name.debugDescription), which is not computed here; "
        + "bert, roberta, clip, vit and resnet are"
    case .otherArchitecture(let path, let found, let wanted):
      "\(path) holds a model of type \(found) where \(wanted) is needed; choose another folder"
    case .tensors(let path, let problems):
      (problems.contains(where: \.isOfNumbers)
        ? "the weights in \(path) cannot be used: "
        : "the weights in \(path) do not fit its config.json: ")
        + Self.list(problems.map(\.description)) + "; get both files from the same place"
    case .archive(let path, let offset, let problem):
      "\(path) is refused at byte \(offset): \(problem); "
        + "get the model as model.safetensors instead"
    }
  }

  private static func list(_ problems: [String]) -> String {
    problems.prefix(listed).joined(separator: "; ")
      + (problems.count > listed ? "; and \(problems.count - listed) more" : "")
  }
}

/// One tensor that does not fit.
package enum TensorProblem: Sendable, Hashable, CustomStringConvertible {
  case missing(name: String, expected: [Int])
  case extra(name: String, found: [Int])
  case misshapen(name: String, expected: [Int], found: [Int])
  /// Not a floating-point type.
  case mistyped(name: String, found: String)
  /// Two tensors of the files have, without their prefixes, the same name.
  case twice(name: String, first: String, second: String)
  /// The model would be larger than what the files hold.
  case tooLarge(expected: Int, held: Int)
  /// The model would be larger than this machine's memory, as a sentence.
  case tooLargeHere(String)
  /// NaN or an infinity among the numbers.
  case notFinite(name: String, NotFinite)

  /// Whether shapes and names fit, and what is wrong are the numbers.
  var isOfNumbers: Bool {
    switch self {
    case .notFinite, .tooLargeHere: true
    default: false
    }
  }

  package var description: String {
    switch self {
    case .missing(let name, let expected): "missing \(short(name)) \(expected)"
    case .extra(let name, let found): "extra \(short(name)) \(found)"
    case .misshapen(let name, let expected, let found):
      "\(short(name)): expected \(expected), found \(found)"
    case .mistyped(let name, let found): "\(short(name)): expected floats, found \(found)"
    case .twice(let name, let first, let second):
      "\(short(name)) stands there twice, as \(short(first)) and \(short(second))"
    case .tooLarge(let expected, let held):
      "the model needs \(expected) numbers, the files hold \(held) bytes"
    case .tooLargeHere(let problem): problem
    case .notFinite(let name, let number): number.sentence(short(name))
    }
  }

  private func short(_ name: String) -> String { VisibleText.name(name) }
}

/// Texts of strangers, made safe for a terminal.
package enum VisibleText {
  /// At most 120 characters, with everything that could steer a terminal or hide replaced.
  package static func name(_ text: String) -> String { sentence(text, most: 120) }

  /// The same of at most so many characters, for sentences that quote strangers.
  package static func sentence(_ text: String, most: Int = 1000) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(most) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
        .surrogate:
        result.append("?")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
