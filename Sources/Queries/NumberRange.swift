/// A range of numbers as a query gives it: `>.6`, `<=3`, `.45..55`, `4`.
package struct NumberRange: Sendable, Equatable {
  /// What was typed.
  package let text: String
  private let range: ClosedRange<Float>

  /// What numbers a field has.
  package enum Scale: Sendable {
    /// From 0 to 1.
    case share
    /// Whole numbers from 0 on.
    case count
  }

  /// Reads a range; nil when it is none.
  package init?(_ text: String, _ scale: Scale) {
    guard let range = Self.range(text, scale) else { return nil }
    self.text = text
    self.range = range
  }

  /// Whether a number lies in it; what is no number does not.
  package func contains(_ number: Float) -> Bool { range.contains(number) }

  /// Ends are included, or left out by the smallest step of a `Float`.
  private static func range(_ text: String, _ scale: Scale) -> ClosedRange<Float>? {
    let most: Float = scale == .share ? 1 : .greatestFiniteMagnitude
    func number(_ text: some StringProtocol) -> Float? {
      Float(text).flatMap {
        (0...most).contains($0) && (scale == .share || $0 == $0.rounded()) ? $0 : nil
      }
    }
    if text.hasPrefix(">=") { return number(text.dropFirst(2)).map { $0...most } }
    if text.hasPrefix("<=") { return number(text.dropFirst(2)).map { 0...$0 } }
    if text.hasPrefix(">") {
      return number(text.dropFirst()).flatMap { $0 < most ? $0.nextUp...most : nil }
    }
    if text.hasPrefix("<") {
      return number(text.dropFirst()).flatMap { $0 > 0 ? 0...$0.nextDown : nil }
    }
    guard let (first, last) = ends(text, scale) else {
      return scale == .count ? number(text).map { $0...$0 } : nil
    }
    // In `.2..5` the dot of the second share is part of the sign between them.
    let isBare = scale == .share && !last.isEmpty && last.allSatisfy(\.isNumber)
    let high = last.isEmpty ? most : number(last) ?? (isBare ? number("." + last) : nil)
    guard let low = first.isEmpty ? 0 : number(first), let high, low <= high,
      !first.isEmpty || !last.isEmpty
    else { return nil }
    return low...high
  }

  /// What stands before and after `..` or `-`; nil when there is neither.
  private static func ends(_ text: String, _ scale: Scale) -> (Substring, Substring)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) { return (parts[0], parts[1]) }
    var at = text.startIndex
    while at < text.endIndex {
      if text[at...].hasPrefix("..") {
        var after = text.index(at, offsetBy: 2)
        // Three dots between whole numbers mean the same.
        if scale == .count, text[after...].hasPrefix(".") { after = text.index(after: after) }
        return (text[..<at], text[after...])
      }
      at = text.index(after: at)
    }
    return nil
  }
}
