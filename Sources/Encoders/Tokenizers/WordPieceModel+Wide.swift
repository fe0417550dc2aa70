import Foundation

/// The way of text that is not all ASCII.
extension WordPieceModel {
  /// Appends the pieces of a stretch without ASCII blanks.
  func encodeWide(_ text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
    var scalars = cleaned(text)
    if normalization.removesMarks {
      if !scalars.allSatisfy(ReferenceUnicode.isInert) {
        scalars = UnicodeForms.decomposed(scalars)
      }
      scalars.removeAll(where: ReferenceUnicode.isAccent)
    }
    if normalization.lowercases { scalars = UnicodeForms.lowercased(scalars) }
    // A scalar takes at most four bytes.
    workspace.reserveBuffer(scalars.count * 4)
    var length = 0
    var characters = 0
    func finish(_ workspace: inout Workspace) {
      if length > 0 { encodePretoken(0..<length, characters: characters, &workspace) }
      length = 0
      characters = 0
    }
    for scalar in scalars {
      let isPunctuation = ReferenceUnicode.isPunctuation(scalar)
      if isPunctuation || ReferenceUnicode.isSpace(scalar) { finish(&workspace) }
      if !isPunctuation, ReferenceUnicode.isSpace(scalar) { continue }
      for byte in scalar.utf8 {
        workspace.buffer[length] = byte
        length += 1
      }
      characters += 1
      if isPunctuation { finish(&workspace) }
    }
    finish(&workspace)
  }

  /// The scalars without control characters, with blanks for white space and around ideographs.
  private func cleaned(_ text: UnsafeBufferPointer<UInt8>) -> [UnicodeScalar] {
    var scalars: [UnicodeScalar] = []
    scalars.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Reading.scalar(text, at: position)
      position += length
      if normalization.cleansText, scalar.value == 0 || ReferenceUnicode.isRemoved(scalar) {
        continue
      }
      if normalization.spacesChinese, ReferenceUnicode.isChinese(scalar) {
        scalars.append(" ")
        scalars.append(scalar)
        scalars.append(" ")
      } else {
        scalars.append(scalar)
      }
    }
    return scalars
  }
}

/// Normal forms and case of scalar lists.
enum UnicodeForms {
  /// Canonical decomposition with marks in canonical order (NFD).
  static func decomposed(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    // U+11938 is younger than the reference's tables, which leave it whole.
    let parts = scalars.split(separator: "\u{11938}", omittingEmptySubsequences: false)
    let forms = parts.map { part in
      Array(string(part).decomposedStringWithCanonicalMapping.unicodeScalars)
    }
    return Array(forms.joined(separator: ["\u{11938}"]))
  }

  /// Canonical composition (NFC).
  static func composed(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    Array(string(scalars[...]).precomposedStringWithCanonicalMapping.unicodeScalars)
  }

  /// Each scalar's full lower-case mapping, whatever stands around it, as the reference does.
  static func lowercased(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    var result: [UnicodeScalar] = []
    result.reserveCapacity(scalars.count)
    for scalar in scalars {
      switch scalar.value {
      case 0x41...0x5A: result.append(UnicodeScalar(UInt8(scalar.value) | 0x20))
      case 0..<0xC0: result.append(scalar)
      default: result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  private static func string(_ scalars: ArraySlice<UnicodeScalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
