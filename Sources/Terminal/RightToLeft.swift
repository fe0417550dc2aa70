/// Terminals that reorder right-to-left text (mlterm; VTE unless it is told not to) reorder whole
/// runs of words, so that a word would leave the columns that the frame gave it and stand over
/// another word's label. A left-to-right mark on each gap beside such a word ends the run: letters
/// are still drawn right to left inside the word.
enum RightToLeft {
  private static let mark = "\u{200E}"

  /// Adds marks to the blanks of one row that touch a word of a right-to-left script.
  static func keepWordsInPlace(_ row: inout ArraySlice<PlannedCell>) {
    guard row.contains(where: { isRightToLeft($0.text) }) else { return }
    for index in row.indices where row[index].text == " " {
      let touches =
        index > row.startIndex && isRightToLeft(row[index - 1].text)
        || index + 1 < row.endIndex && isRightToLeft(row[index + 1].text)
      if touches { row[index].text = " " + mark }
    }
  }

  private static func isRightToLeft(_ text: String) -> Bool {
    // Most cells are ASCII.
    guard text.utf8.count > 1, let scalar = text.unicodeScalars.first else { return false }
    switch scalar.value {
    case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
      return true
    default: return false
    }
  }
}
