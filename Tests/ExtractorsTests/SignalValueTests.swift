import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// What multimodal networks show of a post, computed once more by hand (MODELS §9): head and tail,
/// words and places, slots and crops each at their own place.
@Suite("Values of signals")
struct SignalValueTests {
  private typealias Plain = PlainNumbers
  private var generator = SeededGenerator(seed: 11)

  private mutating func regions(_ rows: Int, _ width: Int) -> PictureRegions {
    PictureRegions(TinyText.random([rows, width], &generator))
  }

  /// A rectangle that no other number stands for.
  private func place(_ number: Int) -> ImageRegion {
    ImageRegion(left: 0.1 * Double(number), top: 0.05, width: 0.2, height: 0.3)
  }

  private func kindRegions(_ signal: Signal) -> [ImageRegion]? {
    guard case .regions(let regions) = signal.kind else { return nil }
    return regions
  }

  // MARK: FocalMRE

  @Test mutating func focalMapsAndShares() throws {
    let bert = TinyText.encoder(layers: 1)
    var options = FocalMREOptions { _ in "" }
    (options.grounding, options.detected) = (2, 1)
    // A class cell stands in front of 2×2 places.
    var network = FocalMRE(
      TinyText.sizes(layers: 1, regions: [5, 6]), options, text: bert, tower: nil, &generator)
    network.fusion.value = Tensor([3], [1, 0.5, 2])
    let item = TinyText.pair((1...3).map { regions(5, 6).framing(place($0)) })
    let batch = TinyText.batch(item)
    let (tape, probe) = (Tape(), Probe())
    _ = try network.states(batch, .plain(bert), tape, probe)
    let h = Plain.rows(tape[try TextReader.plain(bert).states(batch.text, tape)])
    var (maps, gates, shares): ([Double], [Double], [Double]) = ([], [], [])
    for (slot, picture) in zip(network.slots, item.pictures) {
      let places = Plain.rows(picture.tensor)
      let (keys, values) = (
        places.map { Plain.apply(slot.key, $0) }, places.map { Plain.apply(slot.value, $0) }
      )
      func weights(_ piece: Int) -> [Double] {
        let asked = Plain.apply(slot.query, h[piece])
        return Plain.softmax(keys.map { Plain.dot(asked, $0) / 8.0.squareRoot() })
      }
      let (head, tail) = (weights(1), weights(5))
      // An exchange would be seen.
      #expect(zip(head, tail).contains { abs($0 - $1) > 1e-3 })
      maps += head.dropFirst() + tail.dropFirst()
      for piece in item.wordPieces {
        let x = Plain.apply(slot.output, Plain.mix(weights(piece), values))
        let gate = Plain.apply(slot.gate, x + h[piece]).map(Plain.sigmoid)
        let taken = Plain.length(zip(gate, x).map { $0 * $1 })
        let kept = Plain.length(zip(gate, h[piece]).map { (1 - $0) * $1 })
        gates.append(gate.reduce(0, +) / 8)
        shares.append(taken / (taken + kept))
      }
    }
    let attention = try #require(probe.trace["focal/attention"])
    #expect(attention.shape == [3, 2, 2, 2])
    #expect(Plain.distance(attention.values, maps) < 1e-5)
    #expect(
      (0..<6).map(attention.title(ofSlice:)) == [
        "head, head", "head, tail", "tail, head", "tail, tail", "object 1, head", "object 1, tail",
      ])
    for (name, wanted) in [("focal/gate", gates), ("focal/share", shares)] {
      let signal = try #require(probe.trace[name])
      #expect(signal.shape == [3, 4])
      #expect(Plain.distance(signal.values.filter { !$0.isNaN }, wanted) < 1e-5, "\(name)")
      // The word that was cut off has no number, in any slot.
      #expect((0..<3).allSatisfy { signal.values[4 * $0 + 3].isNaN })
    }
    let weights = try #require(probe.trace["focal/weights"])
    #expect(weights.values == [1, 0.5, 2] && kindRegions(weights) == (1...3).map(place))
  }

  // MARK: IMM

  @Test(arguments: [false, true]) mutating func immSelectionsAndSlots(own: Bool) throws {
    let bert = TinyText.encoder(layers: 2)
    let options = IMMOptions { $0 == "slots" && own ? "own" : "" }
    var imm = IMM(
      TinyText.sizes(layers: 2, regions: [4, 5]), options, text: bert, tower: nil, &generator)
    #expect(imm.pictureParts.count == 1 && imm.insertions.count == 1)
    // Each word likes what it selects, so that no activation is shut.
    var key = TinyText.random([8, 8], &generator)
    for i in 0..<8 { key.array[9 * i] += 3 }
    imm.insertions[0].key.weight.value = key
    imm.classToken.value = TinyText.random([8], &generator)
    imm.positions.value = TinyText.random([5, 8], &generator)
    // Words that are far apart select different regions, which tells rows from columns.
    imm.textNorms[0].output.weight.value = Tensor([8], [2, 1, 2, 1, 2, 1, 2, 1])
    imm.stream[0].outputNorm.weight.value = Tensor([8], [1, 2, 1, 2, 1, 2, 1, 2])
    let item = TinyText.pair([regions(4, 5)])
    let batch = TinyText.batch(item)
    let (tape, probe) = (Tape(), Probe())
    _ = try imm.states(batch, .plain(bert), tape, probe)
    // What the last text layer's feed-forward part reads, and what the picture's does.
    let both = try imm.interact(batch, bert, tape)
    let (layer, norms) = (bert.encoder.layers[1], imm.textNorms[0])
    let summed = tape.add(
      both.text,
      layer.attended(
        norms.attention(both.text, tape), mask: AttentionMask(keys: batch.text.mask), tape))
    let a = Plain.rows(tape[norms.output(summed, tape)])
    let seen = Plain.rows(tape[imm.stream[0].halves(both.picture, tape).entered])
    let selections = a.map { word in Plain.softmax(seen.map { Plain.dot(word, $0) }) }
    let keys = selections.map { Plain.apply(imm.insertions[0].key, Plain.mix($0, seen)) }
    func activation(_ piece: Int, _ slot: Int) -> Double {
      own && piece != slot ? 0 : Plain.gelu(Plain.dot(a[piece], keys[slot]))
    }
    let pieces = item.wordPieces
    let selection = try #require(probe.trace["imm/selection"])
    #expect(selection.shape == [1, 4, 2, 2])
    // The class cell stands in front and is not on the map.
    #expect(
      Plain.distance(
        Array(selection.values.prefix(12)), pieces.flatMap { selections[$0].dropFirst() }) < 1e-5)
    #expect(selection.values.suffix(4).filter(\.isNaN).count == 4)
    let rest = try #require(probe.trace["imm/class"])
    #expect(rest.shape == [1, 4] && rest.values[3].isNaN)
    #expect(
      Plain.distance(Array(rest.values.prefix(3)), pieces.map { selections[$0][0] }) < 1e-5)
    let slots = try #require(probe.trace["imm/slots"])
    let all = pieces.map { piece in
      item.ids.indices.reduce(0) { $0 + abs(activation(piece, $1)) }
    }
    #expect(slots.shape == [4] && slots.values[3].isNaN)
    #expect(zip(slots.values, all).allSatisfy { abs(Double($0) - $1) < 1e-3 * (1 + $1) })
    // Words down, slots across.
    let top = try #require(probe.trace["imm/top-slots"])
    let wanted = pieces.flatMap { word in pieces.map { abs(activation(word, $0)) } }
    #expect(top.shape == [3, 3])
    #expect(zip(top.values, wanted).allSatisfy { abs(Double($0) - $1) < 5e-4 * (1 + $1) })
    let turned = pieces.flatMap { word in pieces.map { abs(activation($0, word)) } }
    #expect(own || zip(wanted, turned).contains { abs($0 - $1) > 1e-3 })
  }

  // MARK: MKGformer

  @Test mutating func mkgformerSharesOfCrops() throws {
    let bert = TinyText.encoder(layers: 1)
    var network = MKGformer(
      TinyText.sizes(layers: 1, regions: [49, 5]), MKGformerOptions { _ in "" }, text: bert,
      tower: nil, &generator)
    network.classToken.value = TinyText.random([8], &generator)
    network.groundingPositions.value = TinyText.random([48, 8], &generator)
    network.detectedPositions.value = TinyText.random([12, 8], &generator)
    // The second grounded crop and the second object were not found.
    let crops = (0..<6).map { number -> PictureRegions in
      let seen = regions(number < 3 ? 16 : 4, 5)
      return number == 1 || number == 4 ? seen : seen.framing(place(number))
    }
    let item = TinyText.pair(crops)
    let batch = TinyText.batch(item)
    let (tape, probe) = (Tape(), Probe())
    _ = try network.states(batch, .plain(bert), tape, probe)
    // The class, the crops in their order with their places, through the picture's layer.
    let patches = try #require(network.patches)
    let places =
      Plain.rows(network.groundingPositions.value) + Plain.rows(network.detectedPositions.value)
    let cells = crops.flatMap { Plain.rows($0.tensor) }.map { Plain.apply(patches, $0) }
    #expect(cells.count == 60 && places.count == 60)
    let entered =
      Plain.rows(network.classToken.value)
      + zip(cells, places).map { cell, place in zip(cell, place).map { $0 + $1 } }
    let vision = tape.constant(
      Tensor([1, 61, 8], entered.flatMap { $0.map { Float($0) } }))
    let seen = Plain.rows(tape[network.layers[0](vision, mask: AttentionMask(), tape)])
    let (layer, words) = (bert.encoder.layers[0], try bert.embed(batch.text, tape))
    let context = Plain.rows(
      tape[
        tape.attention(
          layer.query(words, tape), layer.key(words, tape), layer.value(words, tape), heads: 2,
          mask: AttentionMask(), dropout: 0
        ).output])
    func shares(_ piece: Int) -> [Double] {
      let weights = Plain.softmax(seen.map { Plain.dot(context[piece], $0) })
      let starts = [0, 1, 17, 33, 49, 53, 57, 61]
      return zip(starts, starts.dropFirst()).map { weights[$0..<$1].reduce(0, +) }
    }
    let (head, tail) = (shares(1), shares(5))
    #expect(zip(head, tail).contains { abs($0 - $1) > 1e-3 })
    let attention = try #require(probe.trace["mkgformer/attention"])
    #expect(attention.shape == [1, 2, 7])
    #expect(Plain.distance(attention.values, head + tail) < 1e-5)
    #expect(
      attention.kind
        == .matrix(
          rows: ["head", "tail"],
          columns: [
            "class", "grounded 1", "grounded 2 (none)", "grounded 3", "object 1",
            "object 2 (none)", "object 3",
          ]))
    let shown = try #require(probe.trace["mkgformer/regions"])
    let wanted = [1, 3, 4, 6].map { (head[$0] + tail[$0]) / 2 }
    #expect(Plain.distance(shown.values, wanted) < 1e-5)
    #expect(kindRegions(shown) == [0, 2, 3, 5].map(place))
    #expect(shown.slots.map(\.place) == [0, nil, 1, 2, nil, 3])
  }

  // MARK: HVPNeT and I2SRM

  @Test mutating func sharesOfAPrefix() throws {
    let bert = TinyText.encoder(layers: 1)
    let network = HVPNeT(
      TinyText.sizes(layers: 1, regions: [9, 4], features: 6), HVPNeTOptions { _ in "" },
      text: bert, tower: nil, &generator)
    // Four quadrants and the whole; the second crop was not found.
    let pictures = (0..<4).map { number in
      PictureRegions(
        number == 2 ? Tensor([5, 6]) : TinyText.random([5, 6], &generator), seen: place(number))
    }
    let batch = TinyText.batch(TinyText.pair(pictures))
    let (tape, probe) = (Tape(), Probe())
    _ = try network.states(batch, .plain(bert), tape, probe)
    let quadrants = Tensor([1, 4, 4, 6], pictures.flatMap { $0.array.prefix(24) })
    let prefix = network.text.prefix(tape.constant(quadrants), tape)[0]
    let (layer, words) = (bert.encoder.layers[0], try bert.embed(batch.text, tape))
    let asked = Plain.rows(tape[layer.query(words, tape)])
    let keys = Plain.rows(tape[prefix.keys]) + Plain.rows(tape[layer.key(words, tape)])
    #expect(keys.count == 16 + 8)
    /// Of one head, the mean over pieces of what goes to each picture.
    func shares(_ head: Int) -> [Double] {
      let part = (4 * head)..<(4 * head + 4)
      return Plain.mean(
        asked.map { row in
          let weights = Plain.softmax(
            keys.map { Plain.dot(Array(row[part]), Array($0[part])) / 2 })
          return (0..<4).map { weights[(4 * $0)..<(4 * $0 + 4)].reduce(0, +) }
        })
    }
    let both = [shares(0), shares(1)]
    let attention = try #require(probe.trace["prefix/attention"])
    #expect(attention.shape == [2, 1, 4])
    #expect(Plain.distance(attention.values, both.flatMap { $0 }) < 1e-5)
    let shown = try #require(probe.trace["prefix/regions"])
    let means = Plain.mean(both)
    #expect(zip(means, means.dropFirst()).allSatisfy { abs($0 - $1) > 5e-5 })
    #expect(Plain.distance(shown.values, [0, 1, 3].map { means[$0] }) < 1e-5)
    #expect(kindRegions(shown) == [0, 1, 3].map(place))
    #expect(shown.slots.map(\.name) == ["crop 1", "crop 2", "crop 3"])
    #expect(shown.slots.map(\.place) == [1, nil, 2])
  }

  @Test(arguments: ["text-picture", "picture-text", "both"])
  mutating func divergenceOfTextAndPicture(direction: String) throws {
    let bert = TinyText.encoder(layers: 1)
    let network = I2SRM(
      TinyText.sizes(layers: 1, regions: [9, 4], features: 6),
      I2SRMOptions { $0 == "divergence" ? direction : "" }, text: bert, tower: nil, &generator)
    let head = TaskHead(
      TinyText.relations, size: 8, pooling: .spanMeans, pairDropout: 0, &generator)
    let batch = TinyText.batch(TinyText.pair((0..<4).map { _ in regions(5, 6) }))
    let (tape, probe) = (Tape(), Probe())
    let states = tape[try network.states(batch, .plain(bert), tape, nil)]
    try network.show(states, batch, head, text: .plain(bert), probe)
    let rows = Plain.rows(states)
    let (first, second) = (Plain.mean(Array(rows[2..<4])), Plain.mean(Array(rows[6..<7])))
    // The last stage's channels, of the whole picture: the last four of the last row.
    let whole = Array(Plain.rows(batch.items[0].pictures[0].tensor)[4].suffix(4))
    let picture = Plain.softmax(Plain.apply(network.semantic.pictureProjection, whole))
    func divergence(_ pair: [Double]) -> Double {
      let text = Plain.softmax(Plain.apply(network.semantic.textProjection, pair))
      let (p, q) = direction == "picture-text" ? (picture, text) : (text, picture)
      return zip(p, q).reduce(0) { $0 + $1.0 * (log($1.0) - log($1.1)) }
    }
    let wanted = divergence(first + second)
    #expect(wanted > 0 && abs(wanted - divergence(second + first)) > 1e-4)
    let shown = try #require(probe.trace["i2srm/divergence"])
    #expect(Plain.distance(shown.values, [wanted]) < 1e-5)
    #expect(shown.caption.hasPrefix(direction == "picture-text" ? "KL(picture" : "KL(text"))
  }

  /// Of tagged texts it is the mean over the words' states, padding left out.
  @Test mutating func divergenceOfATaggedText() throws {
    let bert = TinyText.encoder(layers: 1)
    let network = I2SRM(
      TinyText.sizes(layers: 1, regions: [9, 4], features: 6, task: .entities),
      I2SRMOptions { _ in "" }, text: bert, tower: nil, &generator)
    let reading = TaskReading.entities(scheme: .standard, labels: .firstPieceOnly, longest: 16)
    let head = TaskHead(reading, size: 8, pooling: .spanMeans, pairDropout: 0, &generator)
    let ids = [1, 5, 2, 7, 3]
    let item = MultimodalItem(
      ids: ids,
      tagged: TaggedPieces(
        ids: ids, places: [1, 3], words: [0, 1], states: [0, 0], tags: [0, 0]),
      pair: nil, wordPieces: [1, 3], wordCount: 2, pictures: (0..<4).map { _ in regions(5, 6) })
    let batch = TinyText.batch(item)
    let (tape, probe) = (Tape(), Probe())
    let states = tape[try network.states(batch, .plain(bert), tape, nil)]
    try network.show(states, batch, head, text: .plain(bert), probe)
    let rows = Plain.rows(states)
    let text = Plain.softmax(
      Plain.apply(network.semantic.textProjection, Plain.mean([rows[1], rows[3]])))
    let whole = Array(Plain.rows(item.pictures[0].tensor)[4].suffix(4))
    let picture = Plain.softmax(Plain.apply(network.semantic.pictureProjection, whole))
    let wanted = zip(text, picture).reduce(0) { $0 + $1.0 * (log($1.0) - log($1.1)) }
    let shown = try #require(probe.trace["i2srm/divergence"])
    #expect(Plain.distance(shown.values, [wanted]) < 1e-5)
  }
}
