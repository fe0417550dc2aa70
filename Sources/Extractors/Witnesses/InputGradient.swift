import Tensors
import Traces

/// Gradient × input: how much the logarithm of the probability of an expert's own answer would
/// change, to first order, if a word's or region's vector shrank to zero. Summed over the numbers
/// of each vector, for pieces of a word over the pieces (Ancona et al. 2018, *Towards better
/// understanding of gradient-based attribution methods*).
package struct InputGradient: Sendable, Hashable {
  /// What words and regions are worth by it.
  package let worth: Worth
  /// Whether words enter as what a packed text encoder made of them, so that each holds something
  /// of its neighbours.
  package let readsStates: Bool

  /// Gradient × input by its parts.
  init(worth: Worth, readsStates: Bool) {
    self.worth = worth
    self.readsStates = readsStates
  }

  /// What is on a tape after the pass that gave the answer; runs it backwards.
  ///
  /// - Parameters:
  ///   - loss: −log p of the answer, a scalar.
  ///   - words: the rows of each word among the vectors; those that were not read have none.
  ///   - count: of all words.
  ///   - views: the part of the picture that each view covers, nil for one of nothing; empty
  ///     without
  ///     a picture.
  ///   - statesAreOfWords: false where the answer is read at markers, so that a packed encoder's
  ///     states tell nothing of words.
  init(
    _ tape: Tape, from loss: Tape.Variable, words: [Range<Int>], count: Int, views: [ImageRegion?],
    statesAreOfWords: Bool = true
  ) {
    tape.backward(from: loss)
    // The loss is the negative logarithm: what holds the answer up counts positive.
    let found = tape.gradientsTimesInputs.mapValues { $0.map { -$0 } }
    readsStates = found[.words] == nil && found[.states] != nil
    let vectors = found[.words] ?? (statesAreOfWords ? found[.states] : nil)
    let byWord = vectors.map { sums in
      (0..<count).map { word in
        words.indices.contains(word) && words[word].upperBound <= sums.count
          ? words[word].reduce(Float(0)) { $0 + sums[$1] } : .nan
      }
    }
    let maps = views.indices.compactMap { view in
      views[view].flatMap { seen in
        found[.regions(view: view)].flatMap { SignalMap(square: $0, over: seen) }
      }
    }
    worth = Worth(words: byWord ?? [], map: maps.count == 1 ? maps[0] : SignalMap(joining: maps))
      .lacking(
        words: byWord == nil
          ? "its text encoder is packed, and its answer is read at markers" : nil,
        regions: views.isEmpty
          ? "the post has no picture, or the expert does not look at it"
          : maps.isEmpty ? "what it sees of the picture goes through packed weights" : nil)
  }

  /// The same as signals.
  package func signals(of expert: String) -> [Signal] {
    let states = readsStates ? ", as its text encoder read it" : ""
    return worth.signals("gradient") {
      "gradient × input of \(expert)'s answer by \($0)" + ($0 == "word" ? states : "")
    }
  }
}

/// Why an expert has no gradient.
package struct NoGradient: Error, Hashable, CustomStringConvertible {
  package let description: String
}

extension SignalMap {
  /// Rows of a square grid; a vector in front of them stands for the whole and is left out. Nil for
  /// other counts.
  init?(square values: [Float], over region: ImageRegion) {
    func side(_ count: Int) -> Int? {
      let root = Int(Double(count).squareRoot().rounded())
      return root > 0 && root * root == count ? root : nil
    }
    guard let rows = side(values.count) ?? side(values.count - 1) else { return nil }
    self.init(
      rows: rows, columns: rows, region: region, values: Array(values.suffix(rows * rows)))
  }

  /// Maps over several parts of the picture as one over all of it; nil for none.
  init?(joining maps: [SignalMap]) {
    guard !maps.isEmpty else { return nil }
    let cells = maps.flatMap { map in
      map.values.indices.map { i in
        (
          map.values[i],
          ImageRegion(
            left: map.region.left + map.region.width * Double(i % map.columns)
              / Double(map.columns),
            top: map.region.top + map.region.height * Double(i / map.columns) / Double(map.rows),
            width: map.region.width / Double(map.columns),
            height: map.region.height / Double(map.rows))
        )
      }
    }
    self.init(spreading: cells.map(\.0), over: cells.map(\.1))
  }
}

/// The rows of each word among pieces: from its first to the next word's first.
func pieceRanges(_ starts: [Int], end: Int) -> [Range<Int>] {
  starts.indices.map { i in
    let next = i + 1 < starts.count ? starts[i + 1] : end
    return starts[i]..<max(starts[i] + 1, next)
  }
}
