import Tensors

/// Adam over one block of numbers, with decoupled weight decay (AdamW) when asked; it climbs
/// (MODELS §2.7, `Adam` and `AdamW`).
struct AdamState {
  private var first: [Float]
  private var second: [Float]
  private var step = 0
  /// Whether other threads may help; the result is the same.
  var parallel = true

  init(count: Int) {
    first = [Float](repeating: 0, count: count)
    second = first
  }

  /// One step uphill along `gradient`; decay pulls every weight towards 0 by rate · decay.
  mutating func ascend(
    _ weights: inout [Float], gradient: [Float], rate: Float, decay: Float
  ) {
    step += 1
    AdamStep(number: step, rate: rate, decay: decay, ascending: true)
      .move(
        &weights, gradient: gradient, first: &first, second: &second, parallel: parallel)
  }
}
