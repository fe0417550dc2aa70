import Foundation

/// Numbers that are kept of a training by name, as people read them. Files keep their names.
package enum TrainingMetric {
  /// `dev F1 with None` of `devF1WithNone`: capitals that stand together, and those of None, stay.
  package static func words(_ name: String) -> String {
    let letters = Array(name)
    var parts = [""]
    for (place, letter) in letters.enumerated() {
      let isFirst =
        letter.isUppercase && place > 0
        && (!letters[place - 1].isUppercase
          || place + 1 < letters.count && letters[place + 1].isLowercase)
      if isFirst { parts.append("") }
      parts[parts.count - 1].append(letter)
    }
    return parts.map { part in
      part == "None" || part.dropFirst().first.map { !$0.isLowercase } ?? true
        ? part : part.prefix(1).lowercased() + part.dropFirst()
    }.joined(separator: " ")
  }

  /// `devF1` as `83.96`, `epochs` as `40`, `seconds` as `14 min 42 s`.
  package static func text(_ name: String, _ value: Double) -> String {
    if name == "seconds", value.isFinite, (0..<1e9).contains(value) {
      let whole = Int(value.rounded())
      return whole < 60
        ? String(format: "%.1f s", value)
        : (whole >= 3600 ? "\(whole / 3600) h " : "") + "\(whole / 60 % 60) min \(whole % 60) s"
    }
    return String(
      format: value == value.rounded() ? "%.0f" : abs(value) < 1 ? "%.3f" : "%.2f", value)
  }
}
