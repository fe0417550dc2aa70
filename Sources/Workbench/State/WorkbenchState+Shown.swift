import Corpora
import Extractors
import Screen
import Traces

/// What is shown of the models' answers, by the kinds of signals only.
extension WorkbenchState {
  /// The experts that answered for the post on screen with mentions, those that are hidden aside,
  /// and those that learned no labels.
  var systems: [Prediction] {
    visibleAnswers.compactMap(\.mentions).filter { !$0.isWithoutLabels }
  }

  /// The tagger whose answers, or whose signals alone, are on screen.
  var shown: Prediction? {
    let answers = visibleAnswers
    return
      (answers.first { $0.expert == choice.system } ?? answers.first(where: \.seesPicture)
      ?? answers.first)?.mentions
  }

  /// Every system that shows something of the post: taggers, then relation experts of the pair on
  /// screen.
  var tracedSystems: [(system: String, trace: Trace)] {
    let pair = pair
    let all =
      visibleAnswers.compactMap(\.mentions).map { ($0.expert, $0.trace) }
      + relationAnswers.compactMap { answers, _ in
        pair.flatMap { answers[$0.head, $0.tail] }.map { (answers.expert, $0.trace) }
      }
    guard layers[WitnessLayer.self] != nil else { return all }
    return all.map { ($0, withWitnesses($1, of: $0)) }
  }

  /// The system whose trace is on screen: the chosen one, else the multimodal expert for what the
  /// router routes, else the multimodal tagger.
  var traced: (system: String, trace: Trace)? {
    let all = tracedSystems
    let routed = analysis?.task == .relations ? all.last : nil
    return all.first { $0.system == choice.system }
      ?? routed ?? shown.flatMap { tagger in all.first { $0.system == tagger.expert } } ?? all.last
  }

  /// The signals on screen: those of the uppermost layer that has its own, else the shown system's.
  var shownSignals: [Signal] {
    layers.first { $0.signals(self) }?.all ?? traced?.trace.signals ?? []
  }

  /// What keys step through, one after the other: the map over the picture where it has layers,
  /// heads or slots, else the other signals that have some. Of those with the same ones the first:
  /// they are stepped through together.
  var stepped: [Signal] {
    if let signal = spatialSignal, signal.sliceCount > 1 { return [signal] }
    var result: [Signal] = []
    for signal in shownSignals where signal.sliceCount > 1 && !signal.isSpatial {
      if !result.contains(where: { $0.steps == signal.steps }) { result.append(signal) }
    }
    return result
  }

  /// How many slices keys step through.
  var stepCount: Int { stepped.reduce(0) { $0 + $1.sliceCount } }

  /// The signal and its slice at a place among all that keys step through.
  private func step(at place: Int) -> (signal: Signal, slice: Int)? {
    var place = place
    for signal in stepped {
      if place < signal.sliceCount { return (signal, place) }
      place -= signal.sliceCount
    }
    return nil
  }

  /// The slice of a signal under the text that is on screen; nil for the mean of all. One with the
  /// first steps of what is stepped through follows it: the gate of a slot its map.
  func shownSlice(of signal: Signal) -> Int? {
    guard signal.sliceCount > 1, let chosen = choice.slice.flatMap(step(at:)),
      chosen.signal.steps.starts(with: signal.steps)
    else { return nil }
    return chosen.slice / (chosen.signal.sliceCount / signal.sliceCount)
  }

  /// Who they are of.
  var shownName: String? { layers.first { $0.signals(self) }?.of ?? traced?.system }

  /// The shown system's signals that lie over the picture.
  var spatialSignals: [Signal] { shownSignals.filter(\.isSpatial) }

  /// The chosen one of them.
  var spatialSignal: Signal? {
    let all = spatialSignals
    return all.isEmpty ? nil : all[choice.map % all.count]
  }

  /// The scalar signals of all systems, the shown system's first.
  var gauges: [Gauge] {
    let all = tracedSystems
    let first = traced?.system
    let order = all.filter { $0.system == first } + all.filter { $0.system != first }
    let gauges = order.flatMap { system, trace in
      trace.signals.compactMap { Gauge($0, system: system) }
    }
    // Where several experts are open, whose number it is has to be said, also where one has some.
    guard all.count > 1 else { return gauges }
    return gauges.map { gauge in
      var gauge = gauge
      gauge.caption = "\(gauge.system): \(gauge.caption)"
      return gauge
    }
  }

  /// What the systems do not show of a post without a picture, each once.
  var absentGauges: [AbsentSignal] {
    var names: Set<String> = []
    return tracedSystems.flatMap(\.trace.absent).filter { names.insert($0.name).inserted }
  }

  /// The slice of the chosen spatial signal that is on screen, whether heat is on or off.
  var heat: Heat? {
    guard let signal = spatialSignal, var heat = signal.heat(slice: choice.slice, word: token)
    else { return nil }
    heat.names = regionNames(of: signal)
    if isOfRouter, case .grid(let rows, let columns, let region) = heat.shape {
      // Those without which the route turns.
      heat.outlined = (explanation?.turningRegions ?? []).map { place in
        region.cell(place, rows: rows, columns: columns)
      }
    }
    if let cursor = layers[RegionCursorLayer.self]?.outlined(self) { heat.outlined = [cursor] }
    return heat
  }

  /// What the rectangles of a map are, as far as a signal beside it says so.
  private func regionNames(of signal: Signal) -> [Int: String] {
    guard case .regions(let regions) = signal.kind else { return [:] }
    var names: [Int: String] = [:]
    for other in [signal] + spatialSignals {
      guard case .regions(regions) = other.kind else { continue }
      for slot in other.slots {
        if let place = slot.place, names[place] == nil { names[place] = slot.name }
      }
    }
    // A slot without a place of its own has the whole picture, and stays what it is.
    if signal.slots.count == regions.count {
      for (i, slot) in signal.slots.enumerated() where names[i] == nil { names[i] = slot.name }
    }
    // What stands before all slots is the whole picture, or what an expert sees of it.
    for (i, region) in regions.enumerated() where names[i] == nil {
      if region == .whole || i == 0 && !names.isEmpty { names[i] = "picture" }
    }
    return names
  }

  /// Whether the map on screen is of the router's reasons.
  var isOfRouter: Bool {
    layers.downwards.first { $0.signals(self) != nil } is ExplanationLayer
  }

  /// Whether the signals on screen are still being asked for.
  var awaitsSignals: Bool {
    layers.downwards.first { $0.signals(self) != nil }?.awaitsSignals(self) == true
  }

  /// The same as `heatWords`; with several systems that have maps, behind the name of its own.
  var heatTitle: String {
    guard let signal = spatialSignal else { return "" }
    let words = heatWords
    let mapped = tracedSystems.count { $0.trace.signals.contains(where: \.isSpatial) }
    guard mapped > 1, let system = traced?.system, shownName == system else { return words }
    return system + ": " + (words.isEmpty ? signal.caption : words)
  }

  /// `head 3 of 8` or `mean of 8`, and the word for maps that differ by word.
  var heatWords: String {
    guard let signal = spatialSignal else { return "" }
    let count = signal.sliceCount
    var title = ""
    if count > 1 {
      title =
        choice.slice.map { signal.title(ofSlice: min($0, count - 1)) } ?? "mean of \(count)"
    }
    if case .wordsByImage = signal.kind, let post = currentPost {
      title += (title.isEmpty ? "" : ", ") + "for \(post.quote(token..<(token + 1)))"
    }
    if let rho = correlationWords(signal, slice: choice.slice) {
      title += (title.isEmpty ? "" : ", ") + rho
    }
    if signal.unit == .points, let heat, let place = heat.largest {
      let number = HeatNumbers(heat).text(heat.values[place])
      title += (title.isEmpty ? "" : ", ") + "largest \(number) in \(heat.title(ofPlace: place))"
    }
    return title
  }

  /// What of the signals is on screen, after a step.
  var stepTitle: String {
    guard let chosen = choice.slice.flatMap(step(at:)) else {
      return stepped.first?.isSpatial == true ? heatTitle : "mean of all"
    }
    if chosen.signal.isSpatial { return heatTitle }
    let title = chosen.signal.title(ofSlice: chosen.slice)
    return stepped.count == 1 ? title : "\(safe(chosen.signal.caption)): \(title)"
  }

  mutating func stepSlice(_ step: Int) -> [Effect] {
    let count = stepCount
    guard count > 1 else {
      return refuse(Action.needsSlices(self) ?? "there is nothing to step through")
    }
    // The mean stands before the first head and after the last.
    let at = (min(choice.slice ?? -1, count - 1) + 1 + step + count + 1) % (count + 1)
    choice.slice = at == 0 ? nil : at - 1
    notice = Notice(text: stepTitle)
    return []
  }

  mutating func chooseSystem(_ name: String?) -> [Effect] {
    let names = tracedSystems.map(\.system)
    guard !names.isEmpty else { return [] }
    let at = names.firstIndex(of: traced?.system ?? "") ?? 0
    // A layer with signals of its own would hide the system's.
    let state = self
    layers.close { $0.signals(state) != nil && !$0.followsSystem }
    choice.system = name ?? names[(at + 1) % names.count]
    choice.map = 0
    choice.slice = nil
    notice = Notice(text: "showing \(choice.system ?? "")")
    return []
  }

  /// The picture that the screen wants now; nil when there is no room or the numbers are shown.
  var pictureRequest: PictureRequest? {
    guard let index = current, let box = Panes.picture(self), !box.isEmpty else { return nil }
    return PictureRequest(
      post: posts[index].id, box: box.size, heat: showsHeat ? heat : nil,
      colors: choice.colors, changes: layers.first { $0.pictureChanges(self) } ?? [])
  }

  /// Every range that gold or a system names, with what each says of it.
  var mentionRows: [MentionRow] {
    guard let post = currentPost else { return [] }
    var rows: [Range<Int>: MentionRow] = [:]
    for mention in post.mentions {
      rows[mention.range, default: MentionRow(range: mention.range)].gold = mention.type
    }
    let count = post.tokens.count
    for seat in seats {
      for scored in seat.prediction?.mentions ?? []
      where scored.mention.range.lowerBound >= 0 && scored.mention.range.upperBound <= count {
        rows[scored.mention.range, default: MentionRow(range: scored.mention.range)]
          .answers[seat.name] = scored
      }
    }
    return rows.values.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
  }
}

/// What gold and the experts say of one range.
struct MentionRow: Sendable, Equatable {
  let range: Range<Int>
  var gold: EntityType?
  /// By the experts' names.
  var answers: [String: ScoredMention] = [:]

  init(range: Range<Int>) { self.range = range }
}

/// A scalar signal ready to be drawn.
struct Gauge: Sendable, Equatable {
  var caption: String
  let system: String
  let value: Float
  let low: Float
  let high: Float
  let threshold: Float?
  let percentile: Float?

  /// Nil when the signal is no scalar.
  init?(_ signal: Signal, system: String) {
    guard case .scalar(let low, let high, let threshold, let percentile) = signal.kind,
      let value = signal.values.first
    else { return nil }
    caption = signal.caption.isEmpty ? signal.name : signal.caption
    self.system = system
    self.value = value
    self.low = low
    self.high = high
    self.threshold = threshold
    self.percentile = percentile
  }

  /// Where a value lies between low and high, 0 … 1.
  func fraction(_ value: Float) -> Double {
    guard high > low, value.isFinite else { return 0 }
    return Double(min(1, max(0, (value - low) / (high - low))))
  }
}

extension Signal {
  /// One slice, or the mean of all, as heat; nil when the numbers do not fill the picture.
  package func heat(slice: Int?, word: Int) -> Heat? {
    var heat = unscaledHeat(slice: slice, word: word)
    heat?.scale = scale
    return heat
  }

  private func unscaledHeat(slice: Int?, word: Int) -> Heat? {
    let all = slice.map { self.slice($0) } ?? mean
    switch kind {
    case .imageMap(let rows, let columns, let region):
      guard rows > 0, columns > 0, all.count == rows * columns else { return nil }
      return Heat(
        shape: .grid(rows: rows, columns: columns, region: region), values: all, unit: unit)
    case .wordsByImage(let rows, let columns, let region):
      let size = rows * columns
      guard size > 0, word >= 0, all.count >= (word + 1) * size else { return nil }
      return Heat(
        shape: .grid(rows: rows, columns: columns, region: region),
        values: Array(all[(word * size)..<((word + 1) * size)]), unit: unit)
    case .regions(let regions):
      guard all.count == regions.count, !all.isEmpty else { return nil }
      return Heat(shape: .regions(regions), values: all, unit: unit)
    default: return nil
    }
  }
}
