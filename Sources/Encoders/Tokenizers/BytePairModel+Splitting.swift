import Files

/// The splitting patterns, as scanners over UTF-8.
extension BytePairModel {
  /// Appends the pieces of a text. `prefixed` puts a blank before it when it begins with none.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, prefixed: Bool, _ workspace: inout Workspace
  ) {
    guard !text.isEmpty else { return }
    switch splitting {
    case .gpt2: encodeGPT2(text, prefixed: prefixed && text[0] != 0x20, &workspace)
    case .clip: encodeCLIP(text, &workspace)
    }
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  private func encodeGPT2(
    _ text: UnsafeBufferPointer<UInt8>, prefixed: Bool, _ workspace: inout Workspace
  ) {
    let shift = prefixed ? 1 : 0
    let count = text.count + shift
    workspace.reserveBuffer(count)
    workspace.buffer.withUnsafeMutableBufferPointer { buffer in
      if prefixed { buffer[0] = 0x20 }
      _ = UnsafeMutableBufferPointer(rebasing: buffer[shift..<count]).update(from: text)
    }
    var start = 0
    while start < count {
      let end = workspace.buffer.withUnsafeBufferPointer {
        gpt2End(UnsafeBufferPointer(rebasing: $0[..<count]), from: start)
      }
      encodePretoken(start..<end, &workspace)
      start = end
    }
  }

  private func gpt2End(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let contraction = contractionLength(text, at: start)
    if contraction > 0 { return start + contraction }
    var first = start
    if text[start] == 0x20, start + 1 < text.count, kind(text, at: start + 1).kind != .space {
      first = start + 1
    }
    let (kind, length) = kind(text, at: first)
    var end = first + length
    var last = length
    while end < text.count {
      let (next, length) = self.kind(text, at: end)
      guard next == kind else { break }
      end += length
      last = length
    }
    // A blank before something visible goes with it: `\s+(?!\S)` gives the last one back, and
    // takes a single one only through the alternative behind it.
    if kind == .space, end < text.count, end - last > start { return end - last }
    return end
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+` over each stretch between blanks;
  /// neither composition nor the pattern looks across one.
  private func encodeCLIP(_ text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
    workspace.reserveBuffer(text.count)
    var start = 0
    while start < text.count {
      var length = 0
      var position = start
      while position < text.count, !isBlank(text[position]), text[position] < 0x80 {
        let byte = text[position]
        workspace.buffer[length] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        length += 1
        position += 1
      }
      if position < text.count, text[position] >= 0x80 {
        while position < text.count, !isBlank(text[position]) { position += 1 }
        length = normalize(UnsafeBufferPointer(rebasing: text[start..<position]), &workspace)
      }
      splitCLIP(length, &workspace)
      start = position + 1
    }
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

  /// Puts the composed, lower-case form into the buffer; returns its length.
  private func normalize(
    _ text: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace
  ) -> Int {
    var scalars: [UnicodeScalar] = []
    scalars.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Reading.scalar(text, at: position)
      scalars.append(scalar)
      position += length
    }
    if !scalars.allSatisfy(ReferenceUnicode.isInert) { scalars = UnicodeForms.composed(scalars) }
    scalars = UnicodeForms.lowercased(scalars)
    workspace.reserveBuffer(scalars.count * 4)
    var length = 0
    for scalar in scalars {
      for byte in scalar.utf8 {
        workspace.buffer[length] = byte
        length += 1
      }
    }
    return length
  }

  private func splitCLIP(_ count: Int, _ workspace: inout Workspace) {
    var start = 0
    while start < count {
      let (end, isSpace) = workspace.buffer.withUnsafeBufferPointer {
        clipEnd(UnsafeBufferPointer(rebasing: $0[..<count]), from: start)
      }
      if !isSpace { encodePretoken(start..<end, &workspace) }
      start = end
    }
  }

  private func clipEnd(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (end: Int, isSpace: Bool) {
    let contraction = contractionLength(text, at: start)
    if contraction > 0 { return (start + contraction, false) }
    let (kind, length) = kind(text, at: start)
    var end = start + length
    if kind == .number { return (end, false) }
    while end < text.count {
      let (next, length) = self.kind(text, at: end)
      guard next == kind else { break }
      end += length
    }
    return (end, kind == .space)
  }

  /// 2 or 3 for `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`; else 0.
  @inline(__always)
  private func contractionLength(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return 0 }
    let second = text[start + 1]
    switch second {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      let third = second == UInt8(ascii: "l") ? second : UInt8(ascii: "e")
      return start + 2 < text.count && text[start + 2] == third ? 3 : 0
    default: return 0
    }
  }

  /// The kind of the scalar at a position, and its bytes.
  @inline(__always)
  private func kind(
    _ text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (kind: ReferenceUnicode.Kind, length: Int) {
    let byte = text[position]
    if byte < 0x80 { return (Self.asciiKind(byte), 1) }
    let (scalar, length) = UTF8Reading.scalar(text, at: position)
    return (ReferenceUnicode.kind(scalar), length)
  }

  @inline(__always)
  private static func asciiKind(_ byte: UInt8) -> ReferenceUnicode.Kind {
    if (byte | 0x20) &- 0x61 < 26 { return .letter }
    if byte &- 0x30 < 10 { return .number }
    return byte == 0x20 || byte &- 0x09 < 5 ? .space : .other
  }
}
