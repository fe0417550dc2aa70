import Extractors
import Inspection
import Settings
import Traces

/// Which map of which expert is exported. What is nil is chosen as the screen does: the first.
package struct MapChoice: Sendable, Hashable {
  /// An expert's name, or `router` for what words and regions are worth to the router.
  package var system: String?
  /// The name of a signal, as `show --json` has it.
  package var map: String?
  /// Which layer, head or slot.
  package var slice: Slice
  /// For maps that differ by word: which, counted from 0.
  package var word: Int

  /// A choice by its parts.
  package init(
    system: String? = nil, map: String? = nil, slice: Slice = .mean, word: Int = 0
  ) {
    (self.system, self.map, self.slice, self.word) = (system, map, slice, word)
  }

  /// Layers, heads or slots of a map.
  package enum Slice: Sendable, Hashable {
    /// The mean of all.
    case mean
    /// Each, beside the others.
    case all
    /// One, counted from 1 over all.
    case one(Int)

    /// `mean`, `all` or a number; nil for anything else.
    package init?(_ text: String) {
      switch text {
      case "mean": self = .mean
      case "all": self = .all
      default:
        guard let number = Int(text), number > 0 else { return nil }
        self = .one(number)
      }
    }
  }

  /// What to call the router's own maps.
  package static let router = "router"
}

/// Why there is no such map. The sentence says which there are.
package struct MapChoiceError: Error, Hashable, CustomStringConvertible {
  package let description: String
}

extension MapChoice {
  /// The signal that is meant, and whose it is.
  /// - Parameters:
  ///   - answers: what the experts answered, the preferred first.
  ///   - explanation: why the router chose; nil where that is not known.
  func signal(
    _ answers: [Answer], _ explanation: RouteExplanation?
  ) throws(MapChoiceError) -> (system: String, signal: Signal) {
    var all = answers.map { ($0.expert, $0.trace().signals.filter(\.isSpatial)) }
    if let explanation {
      all.append((Self.router, explanation.trace.signals.filter(\.isSpatial)))
    }
    let mapped = all.filter { !$0.1.isEmpty }
    guard !mapped.isEmpty else {
      throw MapChoiceError(
        description: "no expert shows a map over the picture of this post; twinlens show tells why")
    }
    var able = mapped
    if let system {
      able = mapped.filter { $0.0 == system }
      guard !able.isEmpty else {
        let why =
          all.contains { $0.0 == system }
          ? "\(system) shows no map of this post" : "there is no expert \(system) here"
        throw MapChoiceError(
          description: Self.with(why, system, mapped.map(\.0), "maps are shown by"))
      }
    }
    guard let map else { return (able[0].0, able[0].1[0]) }
    for (name, signals) in able {
      if let signal = signals.first(where: { $0.name == map }) { return (name, signal) }
    }
    throw MapChoiceError(
      description: Self.with(
        "nobody shows a map \(map) of this post", map, able.flatMap { $0.1.map(\.name) },
        "there are"))
  }

  private static func with(
    _ why: String, _ wanted: String, _ known: [String], _ verb: String
  ) -> String {
    let nearest = NearestName.find(wanted, among: known).map { "did you mean \($0)? " } ?? ""
    return "\(why); \(nearest)\(verb) \(known.joined(separator: ", "))"
  }

  /// The slices that are meant, each with its title; empty where a signal has none.
  func heats(
    of signal: Signal, quote: (Int) -> String?
  ) throws(MapChoiceError) -> [(title: String, heat: Heat)] {
    let count = signal.sliceCount
    let wanted: [Int?]
    switch slice {
    case .mean: wanted = [nil]
    case .all: wanted = Array(0..<count)
    case .one(let number):
      guard number <= count else {
        throw MapChoiceError(
          description: "\(signal.name) has no slice \(number); "
            + (count == 1 ? "it has one" : "write a number from 1 to \(count), mean or all"))
      }
      wanted = [number - 1]
    }
    var suffix = ""
    if case .wordsByImage = signal.kind {
      guard let quoted = quote(word) else {
        throw MapChoiceError(description: "the post has no word \(word); words count from 0")
      }
      suffix = "for \(quoted)"
    } else if word != 0 {
      throw MapChoiceError(
        description: "\(signal.name) is the same for all words; leave out --word")
    }
    return try wanted.map { index throws(MapChoiceError) in
      guard let heat = signal.heat(slice: index, word: word) else {
        throw MapChoiceError(description: "the numbers of \(signal.name) do not fill the picture")
      }
      let title =
        count == 1 ? "" : index.map { signal.title(ofSlice: $0) } ?? "mean of \(count)"
      return ([title, suffix].filter { !$0.isEmpty }.joined(separator: ", "), heat)
    }
  }
}
