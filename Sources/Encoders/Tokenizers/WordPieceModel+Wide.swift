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
