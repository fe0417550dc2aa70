import Files

/// A small, fast, repeatable source of random numbers: xoshiro256** seeded through SplitMix64.
///
/// The same seed gives the same sequence on every platform. Not for cryptography.
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
package struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  /// Whether parameters made with it get their shape only; see `hollow`.
  package let isHollow: Bool

  /// Draws no weights: parameters made with it have their shape but hold no number, so that a model
  /// of any size can be described before its file was looked at. It must be filled before it is
  /// used.
  package static var hollow: SeededGenerator { SeededGenerator(seed: 0, isHollow: true) }

  /// A generator whose whole sequence is decided by `seed`.
  package init(seed: UInt64) { self.init(seed: seed, isHollow: false) }

  private init(seed: UInt64, isHollow: Bool) {
    self.isHollow = isHollow
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  /// A generator for one named part of a larger whole, so that adding a part does not change the
  /// others.
  package init(seed: UInt64, stream: String) {
    var hash = FNV1a()
    hash.add(bytes: stream.utf8)
    self.init(seed: seed ^ hash.value)
  }

  /// 64 more random bits.
  package mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotate(state.3, 45)
    return result
  }

  package static func == (a: Self, b: Self) -> Bool { a.state == b.state }
}

extension SeededGenerator {
  /// A float in [0, 1) with 24 random bits.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A float in [low, high).
  package mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// True with the given probability.
  package mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// An integer in 0 ..< count. `count` must be positive.
  package mutating func index(below count: Int) -> Int {
    precondition(count > 0, "an index below \(count) does not exist")
    return Int(next(upperBound: UInt64(count)))
  }

  /// A sample of the standard normal distribution (Box–Muller, the cosine branch).
  package mutating func normal() -> Float {
    let u = Double(next() >> 11) * 0x1p-53
    let v = Double(next() >> 11) * 0x1p-53
    return Float((-2 * _log(1 - u)).squareRoot() * _cos(2 * .pi * v))
  }

  /// One element of a non-empty collection.
  package mutating func pick<C: RandomAccessCollection>(_ items: C) -> C.Element {
    items[items.index(items.startIndex, offsetBy: index(below: items.count))]
  }

  /// An index drawn with probability proportional to its weight; weights must not all be zero.
  package mutating func pick(weights: [Float]) -> Int {
    var left = uniform() * weights.reduce(0, +)
    for (i, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return i }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// A random order of 0 ..< count (Fisher–Yates).
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, index(below: i + 1)) }
    return order
  }
}
