@testable import Terminal

extension FuzzTarget {
  /// Bytes of a terminal, cut anywhere: keys, pastes, replies.
  static let terminal = FuzzTarget(
    name: "terminal", kind: .terminals,
    tokens: [
      "\u{1B}[", "\u{1B}[200~", "\u{1B}[201~", "\u{1B}[<0;10;10M", "\u{1B}P", "\u{1B}\\",
      "\u{1B}]11;rgb:ffff/0000/0000\u{7}", "\u{1B}[?62;4c", "\u{1B}_Gi=1;OK\u{1B}\\", "\u{1B}O",
      ";",
      "\u{1B}[1;5A", "\u{1B}[97;5u", "\u{3}",
    ]
  ) { bytes in
    var whole = KeyParser()
    _ = whole.feed(bytes)
    var parser = KeyParser()
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + 1 + Int(bytes[at] % 7))
      _ = parser.feed(bytes[at..<end])
      if bytes[at] % 5 == 0 {
        _ = parser.expire(afterMilliseconds: bytes[at] % 2 == 0 ? 30 : 2_000)
      }
      at = end
    }
    _ = parser.expire(afterMilliseconds: 5_000)
  }
}
