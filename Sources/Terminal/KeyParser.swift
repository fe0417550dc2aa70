import Screen

/// What the bytes of a terminal mean: keys, pasted text, and replies to questions.
package enum TerminalInput: Sendable, Hashable {
  case key(Key)
  /// A bracketed paste, as sent; it may hold anything.
  case paste(String)
  /// An answer to a probe, early or late; never a key.
  case reply(TerminalReply)
}

/// Splits the byte stream of a terminal into inputs, however the bytes are cut.
///
/// Everything that has the form of a reply is taken out of the stream for ever, because a reply
/// may come long after its question. A single escape is a key only after a short silence, so the
/// owner calls `expire` with the time since the last byte.
///
/// A paste ends with its end mark and with nothing else: however long the line stalls, what was
/// pasted never becomes keys. Should the mark be lost, Ctrl-C on its own after a silence ends the
/// paste and drops it.
package struct KeyParser: Sendable {
  /// Silence in milliseconds after which a lone escape byte is the Escape key.
  package static let escapeDelay = 25
  /// Silence after which a half sequence is given up.
  static let sequenceDelay = 1000
  /// Most bytes kept of a paste.
  static let limit = 1 << 20
  /// A sequence without an end that has more bytes keeps only as many as a reply has that says
  /// something; no terminal sends a longer one.
  private static let (longestSequence, longestReply) = (4_096, 1_024)

  private var pending: [UInt8] = []
  private var gaveEscape = false
  private var pasted: [UInt8]?
  /// Whether nothing came for `sequenceDelay` since the last byte of an open paste.
  private var isStalled = false
  /// The beginning of a paste's begin mark that was given up, in case its rest still comes.
  private var lost: [UInt8] = []

  private static let pasteBegin = Array("\u{1B}[200~".utf8)
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  private static let interrupt: UInt8 = 0x03

  /// A parser with nothing pending.
  package init() {}

  /// Whether bytes wait for their continuation; the owner should then wake up for `expire`.
  package var isWaiting: Bool { pasted == nil ? !pending.isEmpty : !isStalled }

  /// Takes bytes and returns what they complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [TerminalInput] {
    let wasIdle = pending.isEmpty
    let bytes = Array(bytes)
    if isStalled, bytes == [Self.interrupt] {
      self = KeyParser()
      return []
    }
    isStalled = isStalled && bytes.isEmpty
    pending.append(contentsOf: bytes)
    if wasIdle { rejoinBeginMark() }
    // The escape of a reply that was cut after its first byte was already given as a key.
    if wasIdle, gaveEscape, pending.count > 1, pending[0] == 0x5B,
      [0x3F, 0x3E].contains(pending[1])
    {
      pending.insert(0x1B, at: 0)
    }
    gaveEscape = false
    return drain()
  }

  /// Decides about what is pending after `idle` milliseconds without a byte.
  package mutating func expire(afterMilliseconds idle: Int) -> [TerminalInput] {
    var out: [TerminalInput] = []
    if pasted != nil {
      isStalled = idle >= Self.sequenceDelay
      return []
    }
    if idle >= Self.escapeDelay, !pending.isEmpty, Self.pasteBegin.starts(with: pending) {
      lost = pending
    }
    if idle >= Self.sequenceDelay, pending.count > 2 || pending.first != 0x1B { pending = [] }
    guard idle >= Self.escapeDelay, pending.first == 0x1B else { return out }
    if pending.count == 1 {
      pending = []
      gaveEscape = true
      out.append(.key(.escape))
    } else if pending.count == 2, let sign = Unicode.Scalar(UInt32(pending[1])), sign.isASCII {
      pending = []
      out.append(.key(.alt(Character(sign))))
    }
    return out
  }

  /// Puts the lost part of a begin mark before its rest. Of a mark that was lost after one or two
  /// bytes, which were given as Escape or Alt-[, the whole rest must be there; otherwise a person
  /// typed.
  private mutating func rejoinBeginMark() {
    guard !lost.isEmpty, !pending.isEmpty else { return }
    let whole = lost + pending
    if whole.starts(with: Self.pasteBegin) || lost.count > 2 && Self.pasteBegin.starts(with: whole)
    {
      pending = whole
      gaveEscape = false
    }
    lost = []
  }

  private mutating func drain() -> [TerminalInput] {
    var out: [TerminalInput] = []
    var start = 0
    while start < pending.count {
      if pasted != nil {
        guard let used = takePaste(from: start, into: &out) else { break }
        start += used
        continue
      }
      guard let item = KeyGrammar.next(in: pending[start...]) else { break }
      start += item.length
      switch item.meaning {
      case .input(.key(.character(let sign))): append(sign, to: &out)
      case .input(let input): out.append(input)
      case .pasteBegins: pasted = []
      case .nothing: break
      }
    }
    pending.removeFirst(start)
    // Each further byte looks at all of it again. Its end will still be found.
    if pasted == nil, pending.count > Self.longestSequence {
      pending.removeSubrange(Self.longestReply..<(pending.count - 1))
    }
    return out
  }

  /// Joins a scalar to the cluster before it when both came in one piece (an emoji sequence).
  private func append(_ sign: Character, to out: inout [TerminalInput]) {
    if !sign.isASCII, case .key(.character(let before))? = out.last {
      let joined = String(before) + String(sign)
      if joined.count == 1, let whole = joined.first {
        out[out.count - 1] = .key(.character(whole))
        return
      }
    }
    out.append(.key(.character(sign)))
  }

  /// Collects pasted bytes; nil when the end mark may be cut at the end of what is pending.
  private mutating func takePaste(from start: Int, into out: inout [TerminalInput]) -> Int? {
    let end = Self.pasteEnd
    var text = pasted ?? []
    var index = start
    while index < pending.count {
      if pending[index] == 0x1B {
        let rest = pending[index...].prefix(end.count)
        if rest.elementsEqual(end) {
          out.append(.paste(String(decoding: text, as: UTF8.self)))
          pasted = nil
          return index + end.count - start
        }
        if rest.count < end.count, end.starts(with: rest) { break }
      }
      if text.count < Self.limit { text.append(pending[index]) }
      index += 1
    }
    pasted = text
    return index > start ? index - start : nil
  }
}
