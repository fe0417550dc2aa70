/// What of a network's input a value on a tape stands for.
package enum NetworkInput: Sendable, Hashable {
  /// B×T×D: a vector for each word or piece, as it enters.
  case words
  /// B×T×D: what a text encoder made of them, where it keeps nothing that a gradient could flow
  /// back through.
  case states
  /// B×N×C: a vector for each region of a view of the picture.
  case regions(view: Int)
}

extension Tape {
  /// Says that a value is what the network reads of a post. On a tape that watches inputs it
  /// becomes a leaf: nothing flows further back, and its gradient can be asked for. On others it is
  /// the value itself.
  package func reading(_ kind: NetworkInput, _ value: Variable) -> Variable {
    guard watchesInputs else { return value }
    let leaf = input(self[value])
    inputs.append((kind, leaf))
    return leaf
  }

  /// After `backward`: gradient × input of each kind, summed over the numbers of each vector; rows
  /// in their order. What was read several times counts with the sum, as a change would change all
  /// of it. Kinds that were not read are missing.
  package var gradientsTimesInputs: [NetworkInput: [Float]] {
    var result: [NetworkInput: [Float]] = [:]
    for (kind, leaf) in inputs {
      let (value, gradient) = (self[leaf].array, gradient(of: leaf).array)
      let width = max(1, shape(leaf).last ?? 1)
      let sums = (0..<(value.count / width)).map { row in
        ((row * width)..<((row + 1) * width)).reduce(Float(0)) { $0 + value[$1] * gradient[$1] }
      }
      guard let known = result[kind] else {
        result[kind] = sums
        continue
      }
      // Of two readings with other row counts only the first is placed.
      if known.count == sums.count { result[kind] = zip(known, sums).map { $0 + $1 } }
    }
    return result
  }
}
