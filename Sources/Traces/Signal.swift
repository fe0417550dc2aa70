import Pictures
import Tensors

/// One named thing that a model shows about one post: a gate, an attention map, a marginal.
///
/// Views, exports and tests know the kinds only, never the model, so that a new model appears in
/// the workbench without a change to it. The numbers are read from the tensor only when asked for.
package struct Signal: Sendable, Hashable {
  /// Path-like and stable, e.g. `vcn/attention`, `rgn/gate`, `crf/marginals`.
  package let name: String
  /// A few words for a person, e.g. `relation gate s^G`.
  package let caption: String
  /// How the trailing axes are to be shown.
  package let kind: Kind
  /// The leading axes that a person can step through (head, layer, slot), outermost first.
  package let steps: [Axis]
  /// All values; shape = steps' counts followed by the kind's own shape.
  package let tensor: Tensor
  /// What the numbers count.
  package let unit: Unit
  private let isOfPicture: Bool
  /// Whether a value can be put in its place, on the way to the answer.
  package internal(set) var isTap = false
  /// Of rectangles: those that can be put elsewhere by hand, in the order in which they are given.
  package private(set) var slots: [Slot] = []

  /// What a full bar or the outermost colour stands for, where it is that of several signals which
  /// are to be compared; nil: the signal's own largest value.
  package private(set) var scale: Float?

  /// The same beside others on one scale.
  package func scaled(to scale: Float) -> Signal {
    var result = self
    result.scale = scale
    return result
  }

  /// A rectangle that can be put elsewhere.
  package struct Slot: Sendable, Hashable {
    /// What it is, e.g. `head`, `crop 1`.
    package let name: String
    /// Where it stands among the signal's rectangles; nil where the model found none for it.
    package let place: Int?

    /// A slot by its parts.
    package init(_ name: String, at place: Int?) {
      self.name = name
      self.place = place
    }
  }

  /// A signal; the tensor's shape must be the steps' counts followed by what the kind asks for.
  ///
  /// - Parameter ofPicture: whether it says something of the picture, and so nothing without one;
  ///   known of signals that lie over the picture.
  package init(
    name: String, caption: String, kind: Kind, steps: [Axis] = [], ofPicture: Bool = false,
    unit: Unit = .plain, slots: [Slot] = [], tensor: Tensor
  ) {
    self.name = name
    self.caption = caption
    self.kind = kind
    self.steps = steps
    isOfPicture = ofPicture
    self.unit = unit
    self.slots = slots
    self.tensor = tensor
  }

  /// What numbers count, which says how they are written.
  package enum Unit: Sendable, Hashable {
    /// Themselves.
    case plain
    /// Differences of a probability, gains positive and losses negative; a hundredth is a point.
    case points
  }

  /// What one slice of the signal is.
  package enum Kind: Sendable, Hashable {
    /// One number with the range it lives in, the threshold at which a decision turns, and the
    /// share of the model's dev posts that have a smaller value (nil when the model folder keeps no
    /// reference).
    case scalar(low: Float, high: Float, threshold: Float?, percentile: Float?)
    /// One number per word.
    case words
    /// rows × columns over a rectangle of the source picture.
    case imageMap(rows: Int, columns: Int, region: ImageRegion)
    /// words × rows × columns over a rectangle of the source picture.
    case wordsByImage(rows: Int, columns: Int, region: ImageRegion)
    /// A matrix with named rows and columns.
    case matrix(rows: [String], columns: [String])
    /// words × labels, e.g. CRF marginals.
    case wordDistributions(labels: [String])
    /// Probabilities of named outcomes.
    case distribution(labels: [String])
    /// One weight per rectangle of the picture.
    case regions([ImageRegion])
    /// Values over steps or time.
    case series
  }

  /// A leading axis that a person steps through.
  package enum Axis: Sendable, Hashable {
    case head(Int)
    case layer(Int)
    case slot([String])

    /// How many steps there are.
    package var count: Int {
      switch self {
      case .head(let n), .layer(let n): n
      case .slot(let names): names.count
      }
    }

    /// `head 3 of 8`, counted from 1.
    package func title(of index: Int) -> String {
      switch self {
      case .head(let n): "head \(index + 1) of \(n)"
      case .layer(let n): "layer \(index + 1) of \(n)"
      case .slot(let names): names[index]
      }
    }
  }
}

/// A rectangle of the upright source picture: a model that saw a centre crop says so here.
package typealias ImageRegion = PictureRegion

extension Signal {
  /// True when it lies over the picture.
  package var isSpatial: Bool {
    switch kind {
    case .imageMap, .wordsByImage, .regions: true
    default: false
    }
  }

  /// Whether it means nothing without a picture.
  package var needsPicture: Bool { isOfPicture || isSpatial }

  /// The same with a scalar's place among others.
  package func withPercentile(_ percentile: Float) -> Signal {
    guard case .scalar(let low, let high, let threshold, _) = kind else { return self }
    var result = Signal(
      name: name, caption: caption,
      kind: .scalar(low: low, high: high, threshold: threshold, percentile: percentile),
      steps: steps, ofPicture: isOfPicture, unit: unit, tensor: tensor)
    result.isTap = isTap
    return result
  }

  /// All values in row-major order.
  package var values: [Float] { tensor.array }

  /// The full shape.
  package var shape: [Int] { tensor.shape }

  /// How many slices the steps give (1 when there are none).
  package var sliceCount: Int { steps.reduce(1) { $0 * $1.count } }

  /// The values of one slice; `index` counts over all steps, row-major, and is clamped.
  package func slice(_ index: Int) -> [Float] {
    let all = values
    let size = all.count / max(1, sliceCount)
    let at = min(max(0, index), max(0, sliceCount - 1)) * size
    return Array(all[at..<(at + size)])
  }

  /// The mean over all slices.
  package var mean: [Float] {
    let all = values
    let slices = max(1, sliceCount)
    let size = all.count / slices
    var sum = [Float](repeating: 0, count: size)
    for i in 0..<(size * slices) { sum[i % size] += all[i] }
    return sum.map { $0 / Float(slices) }
  }

  /// What to call slice `index`, e.g. `layer 1 of 2, head 3 of 8`; empty when there are no steps.
  package func title(ofSlice index: Int) -> String {
    var rest = index
    var parts: [String] = []
    for axis in steps.reversed() {
      parts.insert(axis.title(of: rest % axis.count), at: 0)
      rest /= axis.count
    }
    return parts.joined(separator: ", ")
  }
}

/// The signals of one forward pass over one post, in the order in which the model made them.
package struct Trace: Sendable, Hashable {
  /// In the order in which the model made them.
  package private(set) var signals: [Signal] = []

  /// What the model shows of posts with a picture, and had nothing to compute from here.
  package private(set) var absent: [AbsentSignal] = []

  /// An empty trace.
  package init() {}

  /// The signal of that name, if the model showed it.
  package subscript(name: String) -> Signal? { signals.last { $0.name == name } }

  /// Adds a signal at the end.
  package mutating func append(_ signal: Signal) { signals.append(signal) }

  /// Remembers that a signal was not computed.
  package mutating func leaveOut(_ signal: Signal, _ cause: AbsentSignal.Cause) {
    absent.append(AbsentSignal(name: signal.name, caption: signal.caption, cause: cause))
  }

  /// The same with every signal changed.
  package func map(_ change: (Signal) -> Signal) -> Trace {
    var result = self
    result.signals = signals.map(change)
    return result
  }
}

/// A signal of a picture that was not seen.
package struct AbsentSignal: Sendable, Hashable {
  /// Why there was nothing to compute it from; the text is for people.
  package enum Cause: String, Sendable {
    case noPicture = "no picture"
    case trainedWithout = "trained without the picture"
  }

  /// As `Signal.name`.
  package let name: String
  /// As `Signal.caption`.
  package let caption: String
  package let cause: Cause
}
