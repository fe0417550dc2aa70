import Corpora
import Encoders
import Extractors
import Tensors

extension FineTuningJob {
  /// Trains with one seed.
  func train(
    _ base: TextBase, _ material: Material, _ origin: FineTuningResult.Origin, keepAbove: Double?
  ) throws -> FineTuningResult {
    var generator = SeededGenerator(seed: origin.settings.seed, stream: task.system)
    switch task {
    case .bertCRF(let labels):
      return try trainEntities(base, labels, material, origin, keepAbove, &generator)
    case .umt(let labels, let options):
      return try trainTagger(
        UMTHead.self, options, base, labels, material, origin, keepAbove, &generator)
    case .maf(let labels, let options):
      return try trainTagger(
        MAFHead.self, fitting(options, base), base, labels, material, origin, keepAbove,
        &generator)
    case .mtb: return try trainPairs(base, material, origin, keepAbove, &generator)
    case .megaLite(let options):
      return try trainPicturedPairs(base, options, material, origin, keepAbove, &generator)
    }
  }

  private func trainEntities(
    _ base: TextBase, _ labels: LabelScheme, _ material: Material,
    _ origin: FineTuningResult.Origin, _ keepAbove: Double?, _ generator: inout SeededGenerator
  ) throws -> FineTuningResult {
    let (scheme, longest) = (try Self.tagScheme(of: posts), base.longest(settings.longest))
    let configuration = BERTCRFModel.Configuration(scheme: scheme, labels: labels, longest: longest)
    let items = try both("posts", material) { post, _ in
      [
        BERTCRFModel.pieces(
          post.tokens.map(\.text),
          tags: scheme.indices(of: post.mentions, count: post.tokens.count),
          tokenizer: base.tokenizer, configuration)
      ]
    }
    let network = BERTCRF(
      base.encoder, prefix: base.prefix, scheme: scheme, labels: labels, &generator)
    return try learn(
      network, items, origin, keepAbove: keepAbove, scores: Self.told,
      save: { network, provenance in
        try BERTCRFModel.save(
          network, longest: longest, from: base, to: folder, provenance: provenance)
      })
  }

  private func trainTagger<Head: PictureTaggerHead>(
    _ head: Head.Type, _ options: Head.Options, _ base: TextBase, _ labels: LabelScheme,
    _ material: Material, _ origin: FineTuningResult.Origin, _ keepAbove: Double?,
    _ generator: inout SeededGenerator
  ) throws -> FineTuningResult {
    guard let source = material.source else {
      throw FineTuningError.noPictures(system: task.system)
    }
    let scheme = try Self.tagScheme(of: posts)
    let configuration = PictureTaggerModel<Head>.Configuration(
      scheme: scheme, labels: labels, longest: base.longest(settings.longest), options: options,
      pictures: source.name, regions: source.shape)
    let items = try both("posts", material) { post, regions in
      regions.map {
        [
          PictureTaggerModel<Head>.item(
            post.tokens.map(\.text), $0,
            tags: scheme.indices(of: post.mentions, count: post.tokens.count),
            tokenizer: base.tokenizer, configuration)
        ]
      } ?? []
    }
    let network = PictureTagger<Head>(
      base.encoder, prefix: base.prefix, regionSize: source.shape[1], scheme: scheme,
      labels: labels, options: options, &generator)
    return try learn(
      network, items, origin, keepAbove: keepAbove, scores: Self.told,
      save: { network, provenance in
        var provenance = provenance
        if let maf = network as? MAF {
          provenance.metrics.merge(try MatchQuality.metrics(of: maf, on: items.dev)) { $1 }
        }
        try PictureTaggerModel<Head>.save(
          network, configuration, from: base, to: folder, provenance: provenance)
      })
  }

  private func trainPairs(
    _ known: TextBase, _ material: Material, _ origin: FineTuningResult.Origin,
    _ keepAbove: Double?, _ generator: inout SeededGenerator
  ) throws -> FineTuningResult {
    var base = known
    let configuration = try pairConfiguration(&base, &generator)
    let tokenizer = base.tokenizer
    let items = try both("labelled pairs", material) { post, _ in
      MTBModel.pairs(of: post, tokenizer: tokenizer, configuration)
    }
    let network = MTB(base.encoder, prefix: base.prefix, scheme: configuration.scheme, &generator)
    return try learn(
      network, items, origin, keepAbove: keepAbove, scores: Self.told,
      save: { [base] network, provenance in
        try MTBModel.save(
          network, configuration, from: base, to: folder, provenance: provenance)
      })
  }

  private func trainPicturedPairs(
    _ known: TextBase, _ options: MEGALiteOptions, _ material: Material,
    _ origin: FineTuningResult.Origin, _ keepAbove: Double?, _ generator: inout SeededGenerator
  ) throws -> FineTuningResult {
    guard let source = material.source else {
      throw FineTuningError.noPictures(system: task.system)
    }
    var base = known
    var configuration = MEGALiteModel.Configuration(
      text: try pairConfiguration(&base, &generator), options: options, pictures: source.name,
      regions: source.shape)
    configuration.mark = origin.mark
    let tokenizer = base.tokenizer
    let items = try both("labelled pairs", material) { post, regions in
      regions.map {
        MEGALiteModel.pairs(of: post, $0, tokenizer: tokenizer, configuration)
      } ?? []
    }
    let network = MEGALite(
      base.encoder, prefix: base.prefix, regionSize: source.shape[1],
      scheme: configuration.text.scheme, options: options, &generator)
    return try learn(
      network, items, origin, keepAbove: keepAbove, scores: Self.told,
      save: { [base, configuration] network, provenance in
        try MEGALiteModel.save(
          network, configuration, from: base, to: folder, provenance: provenance)
      })
  }

  /// The markers, put into the base, and the labels.
  private func pairConfiguration(
    _ base: inout TextBase, _ generator: inout SeededGenerator
  ) throws -> MTBModel.Configuration {
    let markers = try MTBModel.addMarkers(to: &base, &generator)
    return MTBModel.Configuration(
      scheme: RelationScheme(fitting: posts.relationLabels), markers: markers,
      longest: base.longest(settings.longest))
  }

  private static func told(
    _ score: EntityScore
  ) -> (scores: [String: Double], relations: [String: [Double]]) {
    (["devF1": score.f1, "devPrecision": score.precision, "devRecall": score.recall], [:])
  }

  private static func told(
    _ score: RelationScore
  ) -> (scores: [String: Double], relations: [String: [Double]]) {
    (
      [
        "devF1": score.f1, "devPrecision": score.withoutNone.precision,
        "devRecall": score.withoutNone.recall, "devF1WithNone": score.withNone.f1,
        "devAccuracy": score.accuracy,
      ], score.labels.mapValues { [$0.precision, $0.recall, $0.f1, Double($0.gold)] }
    )
  }
}
