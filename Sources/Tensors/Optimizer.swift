import CKernels

/// A rule that moves parameters along their gradients (MODELS §2.7). A value: copying it is taking
/// a checkpoint.
package struct Optimizer: Sendable {
  /// The rules by name.
  package enum Rule: Sendable, Hashable {
    /// Plain gradient descent.
    case sgd
    /// Kingma and Ba 2015, bias-corrected.
    case adam
    /// Loshchilov and Hutter 2019: decay decoupled from the gradient, bias-corrected.
    case adamW(decay: Float)
    /// AdamW without bias correction, decay on matrices only (OpenNRE, MEGA).
    case adamWNoBias(decay: Float)
    /// As `adamWNoBias` with ε 1e-6 and each tensor's gradient clipped to norm 1 (UMT, MAF).
    case bertAdam(decay: Float)
  }

  /// How a step follows from a gradient.
  package let rule: Rule
  /// Largest global gradient norm; larger gradients are scaled down. Nil = no clipping.
  package let clipNorm: Float?
  let beta1: Float = 0.9
  let beta2: Float = 0.999
  let epsilon: Float
  /// Steps made.
  package private(set) var step = 0
  private var first: [Int: [Float]] = [:]
  private var second: [Int: [Float]] = [:]
  /// Of tables: rows that had a gradient in any step; the others' moments are 0.
  private var usedRows: [Int: [Bool]] = [:]

  /// An optimiser that has made no step yet.
  package init(_ rule: Rule, clipNorm: Float? = nil) {
    self.rule = rule
    self.clipNorm = clipNorm
    if case .bertAdam = rule { epsilon = 1e-6 } else { epsilon = 1e-8 }
  }

  /// Makes one step: every trainable parameter of `model` that has a gradient on the tape moves.
  ///
  /// - Parameter rate: learning rate by parameter name, so that groups can differ.
  package mutating func step(
    _ model: inout some ParameterContainer, _ tape: Tape, rate: (String) -> Float
  ) {
    step += 1
    let gradients = tape.optimizerGradients
    let buffers = tape.bufferUpdates
    tape.releaseParameters()
    // A gradient longer than `clipNorm` is shortened as it is used.
    var shortening: Float = 1
    if let clipNorm {
      var square: Double = 0
      for slot in gradients.keys.sorted() {
        for g in gradients[slot]?.numbers ?? [] { square += Double(g) * Double(g) }
      }
      let norm = Float(square.squareRoot())
      if norm > clipNorm { shortening = clipNorm / norm }
    }
    model.visitParameters("") { name, parameter in
      if let value = buffers[parameter.slot] { parameter.value = value }
      guard parameter.trainable, let gradient = gradients[parameter.slot] else { return }
      update(
        &parameter.value, gradient, slot: parameter.slot, rate: rate(name), factor: shortening)
    }
  }

  private mutating func update(
    _ value: inout Tensor, _ gradient: Gradient, slot: Int, rate: Float, factor: Float
  ) {
    if rule == .sgd {
      descend(&value, gradient, by: rate * factor)
      return
    }
    let n = value.count
    var m = first[slot] ?? [Float](repeating: 0, count: n)
    var v = second[slot] ?? [Float](repeating: 0, count: n)
    // Out of the dictionaries while they change, so that this happens in place.
    first[slot] = nil
    second[slot] = nil
    let isMatrix = value.shape.count > 1
    var (decay, scale1, scale2): (Float, Float, Float) = (0, 1, 1)
    var factor = factor
    switch rule {
    case .sgd: break
    case .adam: (scale1, scale2) = corrections
    case .adamW(let d):
      (scale1, scale2) = corrections
      decay = d
    case .adamWNoBias(let d): decay = isMatrix ? d : 0
    case .bertAdam(let d):
      decay = isMatrix ? d : 0
      let norm = factor * gradient.numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1 { factor /= norm }
    }
    let rule = ck_adam_rule(
      beta1: beta1, beta2: beta2, scale1: scale1, scale2: scale2, epsilon: epsilon, rate: rate,
      decay: decay, factor: factor)
    var used: [Bool] = []
    if case .rows(let rows) = gradient {
      used = usedRows[slot] ?? Self.usedRows(m, v, width: rows.width)
    }
    value.array.withUnsafeMutableBufferPointer { p in
      m.withUnsafeMutableBufferPointer { m in
        v.withUnsafeMutableBufferPointer { v in
          guard let p = p.baseAddress, let m = m.baseAddress, let v = v.baseAddress else { return }
          switch gradient {
          case .rows(let rows): Self.update(p, m, v, count: n, rows, used: used, rule)
          case .whole(let g): Self.update(p, m, v, g, rule)
          }
        }
      }
    }
    if case .rows(let rows) = gradient {
      for row in rows.rows { used[row] = true }
      usedRows[slot] = used
    }
    first[slot] = m
    second[slot] = v
  }

  private static func update(
    _ p: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, _ gradient: [Float], _ rule: ck_adam_rule
  ) {
    gradient.withUnsafeBufferPointer { g in
      guard let g = g.baseAddress else { return }
      Parallel.elements(gradient.count) { range in
        let at = range.lowerBound
        withUnsafePointer(to: rule) { ck_adam(p + at, g + at, m + at, v + at, range.count, $0) }
      }
    }
  }

  private func descend(_ value: inout Tensor, _ gradient: Gradient, by rate: Float) {
    switch gradient {
    case .whole(let g): for i in g.indices { value.array[i] -= rate * g[i] }
    case .rows(let rows):
      for (i, row) in rows.rows.enumerated() {
        for k in 0..<rows.width {
          value.array[row * rows.width + k] -= rate * rows.values[i * rows.width + k]
        }
      }
    }
  }

  private var corrections: (Float, Float) {
    func power(_ x: Float) -> Float { (0..<min(step, 100_000)).reduce(1) { p, _ in p * x } }
    return (1 / (1 - power(beta1)), 1 / (1 - power(beta2)))
  }

  /// Everything needed to go on after an interrupt: step, and both moments by slot.
  package var checkpoint: [String: Tensor] {
    var result: [String: Tensor] = ["optimizer.step": Tensor(scalar: Float(step))]
    for (slot, m) in first { result["optimizer.first.\(slot)"] = Tensor([m.count], m) }
    for (slot, v) in second { result["optimizer.second.\(slot)"] = Tensor([v.count], v) }
    return result
  }

  /// Takes up a checkpoint made by the same rule on the same model.
  package mutating func restore(_ tensors: [String: Tensor]) {
    usedRows = [:]
    step = Int(tensors["optimizer.step"]?.array.first ?? 0)
    for (name, tensor) in tensors {
      let parts = name.split(separator: ".")
      guard parts.count == 3, parts[0] == "optimizer", let slot = Int(parts[2]) else { continue }
      if parts[1] == "first" { first[slot] = tensor.array } else { second[slot] = tensor.array }
    }
  }
}

/// How the learning rate moves over a run (MODELS §2.7): a factor on the base rate.
package enum Schedule: Sendable, Hashable {
  case constant
  /// Rises linearly over the first share of the steps, then falls linearly to 0.
  case linear(warmUp: Double)
  /// `BertAdam`'s: x/w before w, then 1 − x; so it jumps from 1 to 1 − w after the warm-up.
  case bertAdam(warmUp: Double)
  /// Rises over the first share, then falls along a half cosine to 0.
  case cosine(warmUp: Double)

  /// The factor at a step (from 0) of a run.
  package func factor(step: Int, of total: Int) -> Float {
    let x = Double(step) / Double(max(1, total))
    switch self {
    case .constant: return 1
    case .linear(let w):
      return Float(x < w ? x / w : max(0, (1 - x) / max(1e-9, 1 - w)))
    case .bertAdam(let w): return Float(x < w ? x / w : max(0, 1 - x))
    case .cosine(let w):
      if x < w { return Float(x / w) }
      return Float(0.5 * (1 + _cos(.pi * min(1, (x - w) / max(1e-9, 1 - w)))))
    }
  }
}
