import Corpora
import Encoders
import Files
import Foundation
import Tensors
import Traces

@testable import Extractors

/// The toy system, whole: a perceptron over each word and over each word beside how bright the
/// picture is, as far as a gate lets it through; a line in `System.all` is all that it takes.
extension System {
  package static let toy = System(
    id: ToyModel.system, title: "Toy", summary: "Train a perceptron on words and brightness",
    task: .entities, seesPicture: true, needsEncoder: false, recipe: .tagger(TaggerTraining()),
    open: { ToyModel($0, try ModelFolder.configuration(ToyWeights.self, $0)) },
    train: { training in
      let items = try training.items("posts") { seen in
        let bright = ToyModel.brightness(try seen.pixels(ToyModel.recipe))
        return [(words: seen.words, mentions: seen.post.mentions, bright: bright)]
      }
      let weights = ToyWeights(types: try training.tagScheme().types)
      return try training.learn(
        ToyRun(
          weights: weights, best: weights, seed: training.seed,
          mostEpochs: training.origin.tagger?.epochs ?? 6), items,
        score: { TrainingScores($0.score(items.dev)) },
        save: { try ModelFolder.write($0, training.job.folder, $1) })
    }
  ).with(\.sights, [.pixels(ToyModel.recipe)])
}

typealias ToyItem = (words: [String], mentions: [EntityMention], bright: Float)

/// What is learned: a row of tag scores for each feature.
struct ToyWeights: Codable, Sendable {
  var system = ToyModel.system
  var types: [String]
  var rows: [String: [Float]] = [:]

  var scheme: TagScheme { TagScheme(types: types) }

  func features(_ word: String, _ picture: Float) -> [(name: String, factor: Float)] {
    [(word.lowercased(), 1), ("picture " + word.lowercased(), picture)]
  }

  /// Each word's tag probabilities, and the likeliest tags.
  func tags(_ words: [String], _ picture: Float) -> (marginals: [[Float]], path: [Int]) {
    let marginals = words.map { word -> [Float] in
      var scores = [Float](repeating: 0, count: scheme.count)
      for (name, factor) in features(word, picture) {
        for (i, value) in (rows[name] ?? []).enumerated() { scores[i] += factor * value }
      }
      let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    return (marginals, marginals.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 })
  }

  func score(_ items: [ToyItem]) -> EntityScore {
    items.reduce(into: EntityScore()) { score, item in
      let path = tags(item.words, item.bright * abs(item.bright)).path
      score.add(predicted: scheme.mentions(of: path), gold: item.mentions)
    }
  }
}

/// The trained expert.
struct ToyModel: Expert {
  static let system = "toy", recipe = ImageRecipe.vit(side: 4)
  let card: ModelCard, weights: ToyWeights

  init(_ folder: String, _ weights: ToyWeights) {
    self.weights = weights
    card = ModelCard(
      name: FilePath.name(of: folder), system: Self.system, task: .entities,
      sights: [.pixels(Self.recipe)], labels: weights.types
    ).reading(folder)
  }

  func unknownCount(of words: [String]) -> Int {
    words.count { weights.rows[$0.lowercased()] == nil }
  }

  /// Mean of all pixels, from −1 to 1; 0 without a picture.
  static func brightness(_ seen: SeenPixels?) -> Float {
    seen.map { $0.pixels.array.reduce(0, +) / Float(max(1, $0.pixels.count)) } ?? 0
  }

  func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map {
      let found = try predict($0, [:]).mentions
      return .mentions(found.map(\.mention), confidences: found.map(\.confidence))
    }
  }

  func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    .mentions(try predict(post, taps))
  }

  private func predict(_ post: SeenPost, _ taps: Taps) throws -> Prediction {
    let pixels = try post.pixels(Self.recipe)
    let probe = Probe(hasPicture: pixels != nil, substituting: taps)
    let gate = probe.tap("toy/gate", Tensor([1], [abs(Self.brightness(pixels))])) {
      Signal(
        name: "toy/gate", caption: "how much of the picture counts",
        kind: .scalar(low: 0, high: 1, threshold: nil, percentile: nil), ofPicture: true,
        tensor: $0)
    }
    let (marginals, path) = weights.tags(post.words, Self.brightness(pixels) * gate.item)
    let mentions = weights.scheme.mentions(of: path).map { mention in
      ScoredMention(mention, confidence: mention.range.map { marginals[$0][path[$0]] }.reduce(1, *))
    }
    return Prediction(
      expert: name, scheme: weights.scheme, words: post.words.count,
      DecodedTags(path: path, marginals: marginals, mentions: mentions), probe.trace)
  }
}

/// The training: the perceptron's rule.
struct ToyRun: ResumableRun, Codable {
  var weights, best: ToyWeights
  var epochs: [TrainingEpoch] = [], seed: UInt64, mostEpochs: Int

  mutating func runEpoch(
    _ items: TrainingItems<ToyItem>, progress: (TrainingProgress) -> Bool
  ) -> Bool {
    var (random, wrong) = (SeededGenerator(seed: seed &+ UInt64(epochs.count)), 0.0)
    let empty = [Float](repeating: 0, count: weights.scheme.count)
    for item in items.train.shuffled(using: &random) {
      let picture = item.bright * abs(item.bright)
      let gold = weights.scheme.indices(of: item.mentions, count: item.words.count)
      let path = weights.tags(item.words, picture).path
      for (i, word) in item.words.enumerated() where path[i] != gold[i] {
        wrong += 1
        for (name, factor) in weights.features(word, picture) {
          weights.rows[name, default: empty][gold[i]] += factor
          weights.rows[name, default: empty][path[i]] -= factor
        }
      }
    }
    let dev = weights.score(items.dev).f1
    if dev > epochs.map(\.dev).max() ?? -1 { best = weights }
    epochs.append(
      TrainingEpoch(
        epoch: epochs.count + 1, loss: wrong, dev: dev, seconds: 0, scoring: 0,
        steps: items.train.count))
    return true
  }
}
