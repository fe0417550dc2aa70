import Foundation

/// Normal forms and case of scalar lists, as the reference makes them: its tables are of Unicode 9,
/// and what is younger neither comes apart, nor joins, nor moves.
enum UnicodeForms {
  /// Canonical decomposition with marks in canonical order (NFD).
  static func decomposed(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    var result: [UnicodeScalar] = []
    result.reserveCapacity(scalars.count)
    forEachRun(scalars) { run, script in
      if script == .young {
        result.append(contentsOf: run)
      } else {
        result.append(contentsOf: string(run).decomposedStringWithCanonicalMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Canonical composition (NFC).
  ///
  /// Foundation joins Korean letters that do not join and leaves others that do apart (Swift 6.3 on
  /// Linux: U+1113 U+1172 becomes a syllable, U+B4F8 U+11B7 stays two), so these are joined here.
  /// They join with nothing else, and every part of a syllable stands next to the other.
  static func composed(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    var result: [UnicodeScalar] = []
    result.reserveCapacity(scalars.count)
    forEachRun(scalars) { run, script in
      switch script {
      case .young: result.append(contentsOf: run)
      case .korean: for scalar in run { joinKorean(scalar, &result) }
      case .other:
        // Decomposed first: by itself it leaves U+0F18 U+0F75 in the wrong order.
        let apart = string(run).decomposedStringWithCanonicalMapping
        result.append(contentsOf: apart.precomposedStringWithCanonicalMapping.unicodeScalars)
      }
    }
    return result
  }

  private enum Script {
    case korean, young, other
  }

  private static func script(_ scalar: UnicodeScalar) -> Script {
    switch scalar.value {
    case 0..<0x400: return .other
    case 0x1100...0x11FF, 0xAC00...0xD7A3: return .korean
    default:
      guard let age = scalar.properties.age else { return .young }
      return age.major > 9 ? .young : .other
    }
  }

  /// Calls `body` with each run of scalars that are treated alike.
  private static func forEachRun(
    _ scalars: [UnicodeScalar], _ body: (ArraySlice<UnicodeScalar>, Script) -> Void
  ) {
    var start = 0
    while start < scalars.count {
      let script = script(scalars[start])
      var end = start + 1
      while end < scalars.count, self.script(scalars[end]) == script { end += 1 }
      body(scalars[start..<end], script)
      start = end
    }
  }

  /// Appends a letter or syllable, as a part of the syllable before it where they join (Unicode
  /// §3.12: 19 leading consonants, 21 vowels, 27 trailing consonants).
  private static func joinKorean(_ scalar: UnicodeScalar, _ result: inout [UnicodeScalar]) {
    let (firstLead, firstVowel, beforeTrail, firstSyllable) = (0x1100, 0x1161, 0x11A7, 0xAC00)
    let value = Int(scalar.value)
    let before = Int(result.last?.value ?? 0)
    var joined: Int?
    if (firstLead..<firstLead + 19).contains(before),
      (firstVowel..<firstVowel + 21).contains(value)
    {
      joined = firstSyllable + ((before - firstLead) * 21 + value - firstVowel) * 28
    } else if (firstSyllable..<firstSyllable + 11172).contains(before),
      (before - firstSyllable) % 28 == 0, (beforeTrail + 1..<beforeTrail + 28).contains(value)
    {
      joined = before + value - beforeTrail
    }
    if let joined, let syllable = UnicodeScalar(joined) {
      result[result.count - 1] = syllable
    } else {
      result.append(scalar)
    }
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
