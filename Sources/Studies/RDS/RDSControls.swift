import Corpora
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// What is left of a run's result when the multimodal expert cannot see what is in the pictures,
/// and with a linear router: of the experts of one seed's D_model, on test.
package struct RDSControls: Sendable, Codable {
  /// A way of routing, or an expert that sees less.
  package struct Control: Sendable, Codable {
    /// F1 of the multimodal expert on all units, percent.
    package let all: Double
    /// The same on the units whose picture adds, where the dataset says so.
    package let adds: Double?
    /// Union above the better expert, by a router trained for the two.
    package let gain: Double
  }

  /// Both experts on the posts of one kind.
  package struct Part: Sendable, Codable {
    /// Units of test.
    package let units: Int
    /// F1 of the text expert, percent.
    package let text: Double
    /// F1 of the multimodal expert, percent.
    package let multimodal: Double
  }

  /// The seed.
  package let seed: UInt64
  /// With the pictures as they are, and the router of the run's first objective.
  package let own: Control
  /// The same experts with a router that has no hidden units.
  package let linear: Control
  /// Pictures exchanged between posts, for expert and router alike.
  package let exchanged: Control
  /// The multimodal expert trained and asked on the colours of the pictures alone.
  package let colours: Control
  /// By the dataset's `relatedness`, e.g. R1 to R4; empty where it does not say.
  package let parts: [String: Part]
}

extension RDSRun {
  /// The controls of each seed; those that are done are read. The seeds must have been run.
  ///
  /// - Throws: as `run(seeds:)`.
  package func controls(seeds: [UInt64]) throws -> [RDSControls] {
    let products = try embedded()
    return try seeds.map { seed in
      let path = folder + "/seed-\(seed)-controls.json"
      if let data = FileManager.default.contents(atPath: path),
        let kept = try? JSONDecoder().decode(RDSControls.self, from: data)
      {
        return kept
      }
      let result = try controls(seed, products)
      try DurableFile.write(try StableJSON.encode(result), to: path)
      return result
    }
  }

  private func controls(
    _ seed: UInt64, _ products: [String: RouterInput]
  ) throws -> RDSControls {
    let parts = RDSParts(train: dataset.posts(in: .train), share: settings.modelShare, seed: seed)
    let units = [parts.split, dataset.posts(in: .dev), dataset.posts(in: scored)].map {
      RoutedUnit.units(of: $0, settings.task)
    }
    let (text, multimodal) = try experts(seed, "model", parts.model)
    let coloursOnly: @Sendable (Post) -> [Intervention] = { _ in [.coloursOnly] }
    let blind = try expert(
      self.multimodal, seed, "model-colours", parts.model, interventions: coloursOnly)
    let others = exchange(units.map { $0.map(\.post) }, seed)
    let exchange: @Sendable (Post) -> [Intervention] = { post in
      others[post.id].map { [.swapPicture($0)] } ?? []
    }
    // The router sees the exchanged pictures too.
    let byPicture = try embedded(exchanging: others)
    let textCounts = try units.map { try text.counts($0) }
    func control(
      _ inputs: [String: RouterInput], hidden: Int? = nil, _ counts: [[MatchCounts]]
    ) throws -> RDSControls.Control {
      var configuration = RouterConfiguration.exact
      if let hidden { configuration.hidden = hidden }
      let data = try units.indices.map { i in
        try RouterData(
          dimensions: embedder.dimensions, ids: units[i].map(\.id),
          inputs: units[i].map { inputs[$0.post.id] ?? .withoutPicture },
          counts: zip(textCounts[i], counts[i]).map { ExpertCounts(text: $0, multimodal: $1) },
          imageAdds: units[i].map(\.imageAdds))
      }
      let trained = try RouterTrainer(configuration: configuration, seed: seed).train(
        from: configuration.makeDiscriminator(for: data[0], seed: seed), on: data[0], dev: data[1])
      let evaluation = RouterEvaluation(trained.discriminator, on: data[2])
      let adding = zip(units[2], counts[2]).filter { $0.0.imageAdds == true }.map(\.1)
      return RDSControls.Control(
        all: counts[2].reduce(.zero, +).f1Percent,
        adds: adding.isEmpty ? nil : adding.reduce(.zero, +).f1Percent,
        gain: evaluation.union.f1Percent - evaluation.betterExpertF1Percent)
    }
    let own = try units.map { try multimodal.counts($0) }
    var kinds: [String: RDSControls.Part] = [:]
    for (name, places) in Dictionary(
      grouping: units[2].indices, by: { units[2][$0].post.attributes["relatedness"] ?? "" })
    where !name.isEmpty {
      kinds[name] = RDSControls.Part(
        units: places.count,
        text: places.map { textCounts[2][$0] }.reduce(.zero, +).f1Percent,
        multimodal: places.map { own[2][$0] }.reduce(.zero, +).f1Percent)
    }
    return RDSControls(
      seed: seed, own: try control(products, own), linear: try control(products, hidden: 0, own),
      exchanged: try control(
        byPicture, try units.map { try multimodal.counts($0, under: exchange) }),
      colours: try control(products, try units.map { try blind.counts($0) }), parts: kinds)
  }

  /// Whose picture each post gets: within its list, at random.
  private func exchange(_ lists: [[Post]], _ seed: UInt64) -> [Post.ID: Post.ID] {
    var generator = SeededGenerator(seed: seed, stream: "shuffled pictures")
    var result: [Post.ID: Post.ID] = [:]
    for list in lists {
      var seen: Set<Post.ID> = []
      let ids = list.map(\.id).filter { seen.insert($0).inserted }
      for (id, other) in zip(ids, generator.permutation(ids.count).map({ ids[$0] })) {
        result[id] = other
      }
    }
    return result
  }

  /// The router's inputs with pictures exchanged.
  private func embedded(exchanging others: [Post.ID: Post.ID]) throws -> [String: RouterInput] {
    guard let dual = embedder as? any DualEncoding else { return try embedded() }
    let eyes = Eyes(duals: [dual])
    let posts = dataset.posts.filter { others[$0.id] != nil }
    let seen = posts.map { eyes.see($0, of: dataset) }
    let byID = Dictionary(seen.map { ($0.post.id, $0) }) { first, _ in first }
    let changed = try seen.map { post in
      try post.changed(others[post.post.id].map { [.swapPicture($0)] } ?? []) { byID[$0] }
    }
    let total = Double(max(1, changed.count))
    let went = Eyes.look(at: [.embedding(dual.name)], of: changed) { [observe] done in
      observe(.preparing("embedding exchanged pictures", Double(done) / total))
    }
    guard went else { throw TrainingStopped(model: "the router's inputs") }
    var result: [String: RouterInput] = [:]
    for post in changed {
      result[post.post.id] =
        try post.embedding(dual.name).product.map(RouterInput.product) ?? .withoutPicture
    }
    return result
  }
}

extension RDSReport {
  /// The tables of the controls, where there are any.
  var controlTables: [PlainTable] {
    guard !controls.isEmpty else { return [] }
    func cell(_ value: (RDSControls) -> Double?) -> String {
      let values = controls.compactMap(value)
      return values.isEmpty ? "—" : MeanCell.text(values)
    }
    var table = PlainTable(
      "Controls", ["multimodal expert", "all", "where the picture adds", "gain of the union"])
    let rows: [(String, KeyPath<RDSControls, RDSControls.Control>)] = [
      (settings.multimodal, \.own), ("the same, linear router", \.linear),
      ("pictures exchanged between posts", \.exchanged),
      ("trained on the pictures' colours", \.colours),
    ]
    for (name, control) in rows {
      table.add([
        name, cell { $0[keyPath: control].all }, cell { $0[keyPath: control].adds },
        cell { $0[keyPath: control].gain },
      ])
    }
    table.notes = [
      "Experts of D_model on test, mean ± standard deviation over seeds; each row has a router of its own, trained by "
        + "`exact` for this expert and the text expert.",
      "What the multimodal expert is worth must vanish when it cannot see what is in the pictures: when they are "
        + "exchanged (the router sees the exchanged ones too), or when it is trained and asked on nothing but each "
        + "picture's 4×4×4 colour histogram.",
    ]
    let names = Set(controls.flatMap(\.parts.keys)).sorted()
    guard !names.isEmpty else { return [table] }
    var kinds = PlainTable("Experts by relatedness", ["expert"] + names)
    func row(_ name: String, _ value: KeyPath<RDSControls.Part, Double>) {
      kinds.add([name] + names.map { kind in cell { $0.parts[kind]?[keyPath: value] } })
    }
    row(settings.text, \.text)
    row(settings.multimodal, \.multimodal)
    kinds.notes = [
      "Experts of D_model on test. R1 and R2 are the posts whose picture adds to the text, R3 and R4 those where it "
        + "does not."
    ]
    return [table, kinds]
  }
}
