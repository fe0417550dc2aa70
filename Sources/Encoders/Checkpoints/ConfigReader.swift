import Foundation

/// Reads numbers and words of a `config.json` with defaults and bounds, and collects everything
/// that is wrong.
struct ConfigReader {
  let fields: [String: Any]
  /// In front of names in messages, e.g. `text_config.`.
  let prefix: String
  private(set) var problems: [String] = []

  init(_ fields: [String: Any], prefix: String = "") {
    self.fields = fields
    self.prefix = prefix
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError`.
  static func fields(path: String) throws(CheckpointError) -> [String: Any] {
    let data = try FolderFiles.bytes(path, limit: ModelLimits.configurationBytes)
    guard let object = try? JSONSerialization.jsonObject(with: data),
      let fields = object as? [String: Any]
    else { throw .configuration(path: path, problems: ["it is not a JSON object"]) }
    return fields
  }

  /// A whole number within bounds; absent or null gives the default.
  mutating func integer(_ key: String, _ standard: Int, _ bounds: ClosedRange<Int>) -> Int {
    guard let value = present(key) else { return standard }
    guard let number = Self.exact(value) else {
      problems.append("\(prefix)\(key) is not a whole number")
      return standard
    }
    return bounded(key, number, bounds, standard)
  }

  /// Whole numbers, each within bounds.
  mutating func integers(
    _ key: String, _ standard: [Int], count: ClosedRange<Int>, _ bounds: ClosedRange<Int>
  ) -> [Int] {
    guard let value = present(key) else { return standard }
    guard let list = value as? [Any], count.contains(list.count) else {
      problems.append("\(prefix)\(key) is not a list of \(count.lowerBound) to \(count.upperBound)")
      return standard
    }
    let numbers = list.compactMap(Self.exact)
    guard numbers.count == list.count, numbers.allSatisfy(bounds.contains) else {
      problems.append(
        "\(prefix)\(key) holds more than numbers from \(bounds.lowerBound) to \(bounds.upperBound)")
      return standard
    }
    return numbers
  }

  /// A number within bounds.
  mutating func number(_ key: String, _ standard: Float, _ bounds: ClosedRange<Float>) -> Float {
    guard let value = present(key) else { return standard }
    guard let number = value as? Double, bounds.contains(Float(number)) else {
      problems.append(
        "\(prefix)\(key) is not a number from \(bounds.lowerBound) to \(bounds.upperBound)")
      return standard
    }
    return Float(number)
  }

  mutating func flag(_ key: String, _ standard: Bool) -> Bool {
    guard let value = present(key) else { return standard }
    guard let flag = value as? Bool else {
      problems.append("\(prefix)\(key) is not true or false")
      return standard
    }
    return flag
  }

  mutating func word(_ key: String, _ standard: String) -> String {
    guard let value = present(key) else { return standard }
    guard let word = value as? String else {
      problems.append("\(prefix)\(key) is not a word")
      return standard
    }
    return word
  }

  mutating func activation(_ key: String, _ standard: Activation) -> Activation {
    let name = word(key, standard.rawValue)
    guard let activation = Activation(name: name) else {
      problems.append("\(prefix)\(key) \(name.prefix(40).debugDescription) is not computed here")
      return standard
    }
    return activation
  }

  /// Demands that an option has the only value that is computed here.
  mutating func require(_ holds: Bool, _ problem: String) {
    if !holds { problems.append(prefix + problem) }
  }

  private func present(_ key: String) -> Any? {
    guard let value = fields[key], !(value is NSNull) else { return nil }
    return value
  }

  private mutating func bounded(
    _ key: String, _ number: Int, _ bounds: ClosedRange<Int>, _ standard: Int
  ) -> Int {
    guard bounds.contains(number) else {
      problems.append(
        "\(prefix)\(key) is \(number), not from \(bounds.lowerBound) to \(bounds.upperBound)")
      return standard
    }
    return number
  }

  private static func exact(_ value: Any) -> Int? {
    if let number = value as? Int { return number }
    return (value as? Double).flatMap { Int(exactly: $0) }
  }
}
