import Extractors
import Traces

/// How a person writes down what is changed of a post: the options of `show`, and what the saved
/// what-ifs and the workbench share with them.
package enum ChangeText {
  /// A rectangle in hundredths of the picture: `LEFT,TOP,WIDTH,HEIGHT`.
  ///
  /// - Throws: `InterventionError` when it is none.
  package static func region(_ text: String) throws(InterventionError) -> ImageRegion {
    let numbers = text.split(separator: ",").compactMap {
      Double($0.trimmingBlanks)
    }
    let problem: String? =
      if numbers.count != 4 || numbers.count != text.split(separator: ",").count {
        "is not four numbers"
      } else if !numbers.allSatisfy({ (0...100).contains($0) })
        || numbers[0] + numbers[2] > 100 || numbers[1] + numbers[3] > 100
      {
        "reaches beyond the picture, which goes from 0 to 100 both ways"
      } else if numbers[2] <= 0 || numbers[3] <= 0 {
        "has no area"
      } else {
        nil
      }
    if let problem {
      throw InterventionError(
        "the rectangle \(text.debugDescription) \(problem); give LEFT,TOP,WIDTH,HEIGHT in "
          + "hundredths of the picture, e.g. 0,0,50,100 for its left half")
    }
    return ImageRegion(
      left: numbers[0] / 100, top: numbers[1] / 100, width: numbers[2] / 100,
      height: numbers[3] / 100)
  }

  /// Places of words, counted from 0: `3,5`.
  ///
  /// - Throws: `InterventionError` when one is no number.
  package static func words(_ text: String) throws(InterventionError) -> Set<Int> {
    var result: Set<Int> = []
    for part in text.split(separator: ",") {
      guard let place = Int(part.trimmingBlanks), place >= 0 else {
        throw InterventionError(
          "\(part.debugDescription) is not the number of a word; words are numbered from 0")
      }
      result.insert(place)
    }
    guard !result.isEmpty else {
      throw InterventionError("no word is named; give the numbers of words, e.g. 3,5")
    }
    return result
  }

  /// Another word: `PLACE=WORD`.
  ///
  /// - Throws: `InterventionError` when it cannot be read.
  package static func edit(_ text: String) throws(InterventionError) -> Intervention {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let place = Int(parts[0]), place >= 0 else {
      throw InterventionError(
        "\(text.debugDescription) does not say which word becomes what; write PLACE=WORD, e.g. 3=Paris"
      )
    }
    guard !parts[1].contains(where: \.isWhitespace) else {
      throw InterventionError("\(parts[1].debugDescription) is several words; a word has no blanks")
    }
    return .editWord(place, String(parts[1]))
  }

  /// A value at a tap: `TAP=NUMBER` or `TAP=uniform`.
  ///
  /// - Throws: `InterventionError` when it cannot be read.
  package static func tap(_ text: String) throws(InterventionError) -> Intervention {
    let parts = text.split(separator: "=", maxSplits: 1)
    if parts.count == 2, parts[1] == "uniform" { return .set(tap: String(parts[0]), .uniform) }
    guard parts.count == 2, let number = Float(parts[1]), !number.isNaN else {
      throw InterventionError(
        "\(text.debugDescription) does not say which signal gets what value; write SIGNAL=NUMBER or "
          + "SIGNAL=uniform, e.g. rgn/gate=0")
    }
    guard number.isFinite else {
      throw InterventionError("\(parts[1]) is too large for a value of \(parts[0])")
    }
    return .set(tap: String(parts[0]), .constant(number))
  }
}

extension StringProtocol {
  /// Without blanks at either end.
  var trimmingBlanks: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
