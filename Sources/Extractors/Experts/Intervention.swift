import Corpora
import Pictures
import Tensors
import Traces

/// What is changed before an expert answers. Explanations, ablations, controls and teaching use
/// nothing else.
package enum Intervention: Sendable, Hashable {
  /// The post has no picture.
  case withoutPicture
  /// A picture of one colour, the mean of its own.
  case blankPicture
  /// The picture of another post.
  case swapPicture(Post.ID)
  /// Every region of the picture shows its colours and no shapes: a 4×4×4 histogram.
  case coloursOnly
  /// A rectangle of the picture in its mean colour.
  case maskPicture(ImageRegion)
  /// Words are left out, by their places; one word at least stays.
  case dropWords(Set<Int>)
  /// A word is replaced.
  case editWord(Int, String)
  /// Regions in place of those from files, or of those that an expert finds by itself.
  case regions([ImageRegion])
  /// A share of the regions that an expert finds is moved anywhere or left out, half each.
  case disturbRegions(share: Double, seed: UInt64)
  /// A value at a tap of the model, e.g. `rgn/gate`.
  case set(tap: String, TapValue)

  /// A value that is put at a tap.
  package enum TapValue: Sendable, Hashable {
    /// The same number everywhere.
    case constant(Float)
    /// Equal weights along the last axis, that sum up to 1.
    case uniform

    /// What the tensor at the tap becomes.
    package func replacing(_ value: Tensor) -> Tensor {
      switch self {
      case .constant(let number):
        Tensor(value.shape, [Float](repeating: number, count: value.count))
      case .uniform:
        Tensor(
          value.shape,
          [Float](repeating: 1 / Float(max(1, value.shape.last ?? 1)), count: value.count))
      }
    }
  }

  /// Whether it changes what a picture shows, so that experts that read the text alone answer as
  /// before.
  package var isOfPicture: Bool {
    switch self {
    case .withoutPicture, .blankPicture, .swapPicture, .coloursOnly, .maskPicture, .regions,
      .disturbRegions:
      true
    case .dropWords, .editWord, .set: false
    }
  }

  /// Whether the post itself is changed, not what the expert computes of it.
  package var changesPost: Bool { if case .set = self { false } else { true } }

  /// A few words that say what is changed, e.g. `without the picture`.
  package func caption(_ post: Post) -> String {
    func words(_ places: Set<Int>) -> String {
      places.sorted().filter(post.tokens.indices.contains).map { post.tokens[$0].text }
        .joined(separator: " ")
    }
    switch self {
    case .withoutPicture: return "without the picture"
    case .blankPicture: return "with a blank picture"
    case .swapPicture(let other): return "with the picture of \(other)"
    case .coloursOnly: return "with the colours of the picture alone"
    case .maskPicture(let region):
      func percent(_ share: Double) -> String {
        let number = (1e4 * share).rounded() / 100
        return number == number.rounded() ? "\(Int(number))" : "\(number)"
      }
      return "without \(percent(region.left)) to \(percent(region.left + region.width)) % across "
        + "and \(percent(region.top)) to \(percent(region.top + region.height)) % down the picture"
    case .dropWords(let places): return "without “\(words(places))”"
    case .editWord(let place, let word): return "with “\(word)” for “\(words([place]))”"
    case .regions(let regions):
      func percent(_ share: Double) -> String { "\((1e4 * share).rounded() / 100)" }
      let places = regions.prefix(3).map {
        "\(percent($0.width)) × \(percent($0.height)) % at \(percent($0.left)), \(percent($0.top)) %"
      }
      return "with the region\(regions.count == 1 ? "" : "s") "
        + places.joined(separator: "; ")
        + (regions.count > 3 ? " and \(regions.count - 3) more" : "")
    case .disturbRegions(let share, _):
      return "with \(Int(100 * share)) % of the regions disturbed"
    case .set(let tap, .constant(let number)): return "with \(tap) = \(number)"
    case .set(let tap, .uniform): return "with \(tap) uniform"
    }
  }
}

/// The values that are put at taps, by the taps' names.
package typealias Taps = [String: @Sendable (Tensor) -> Tensor]

extension Sequence<Intervention> {
  /// Those that are put at taps.
  package var taps: Taps {
    var result: Taps = [:]
    for case .set(let tap, let value) in self { result[tap] = { value.replacing($0) } }
    return result
  }
}

/// An intervention that a post cannot take, and why.
package struct InterventionError: Error, Hashable, CustomStringConvertible {
  /// What is wrong and what to do.
  package let description: String

  /// An error with its sentence.
  package init(_ description: String) { self.description = description }
}

extension Post {
  /// The post without some words; pairs and mentions move along, and those that lose all their
  /// words fall away.
  ///
  /// - Throws: `InterventionError` when no word, or no such word, would be left.
  package func dropping(_ places: Set<Int>) throws(InterventionError) -> Post {
    if let odd = places.first(where: { !tokens.indices.contains($0) }) {
      throw InterventionError(
        "the post has no word \(odd); its words are numbered from 0 to \(tokens.count - 1)")
    }
    guard places.count < tokens.count else {
      throw InterventionError("a post without any word cannot be read; leave one in")
    }
    // Where each place is afterwards: as many as are kept before it.
    var kept = [0]
    for place in tokens.indices { kept.append(kept[place] + (places.contains(place) ? 0 : 1)) }
    func moved(_ range: Range<Int>) -> Range<Int>? {
      guard range.lowerBound >= 0, range.upperBound < kept.count else { return nil }
      let result = kept[range.lowerBound]..<kept[range.upperBound]
      return result.isEmpty ? nil : result
    }
    return replacing(
      tokens: tokens.indices.filter { !places.contains($0) }.map { tokens[$0] },
      mentions: mentions.compactMap { mention in
        moved(mention.range).map { EntityMention($0, mention.type) }
      },
      relations: relations.compactMap { pair in
        guard let head = moved(pair.head), let tail = moved(pair.tail) else { return nil }
        return RelationMention(head: head, tail: tail, label: pair.label)
      })
  }

  /// The post with another word in a place.
  ///
  /// - Throws: `InterventionError` when there is no such place.
  package func editing(_ place: Int, _ word: String) throws(InterventionError) -> Post {
    guard tokens.indices.contains(place) else {
      throw InterventionError(
        "the post has no word \(place); its words are numbered from 0 to \(tokens.count - 1)")
    }
    var tokens = Array(tokens)
    tokens[place] = Token(word)
    return replacing(tokens: tokens, mentions: mentions, relations: relations)
  }
}
