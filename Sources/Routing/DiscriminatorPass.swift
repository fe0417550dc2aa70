import Foundation
import Tensors

/// Forward and backward through a discriminator for one batch, with its memory kept between
/// batches.
///
/// Written by hand over BLAS: the network is small and fixed. What stands between the products is
/// worked on in blocks of rows (forward) or hidden units (backward), each block by itself, so the
/// numbers depend on neither the number of cores nor the load. Not `Sendable`: it lives on one
/// queue.
final class DiscriminatorPass {
  /// Rows, or hidden units, per block.
  private static let block = 32
  /// Numbers below which a second core is not worth the hand-over.
  private static let parallelWork = 16_384

  let layout: Discriminator.Layout
  /// Slope of a hidden unit below zero.
  let leak: Float
  let capacity: Int
  /// Whether blocks may run side by side; the result is the same.
  var parallel = true
  /// rows × dimensions, the input as the head sees it; rows past `rows` are stale.
  private(set) var input: [Float]
  private(set) var rows = 0
  /// z, one per row.
  private(set) var logits: [Float]
  /// rows × hidden: φ(W₁ x + b₁), after dropout; backward overwrites it with its own gradient.
  private var hidden: [Float]
  /// rows × (hidden or dimensions): 0 or 1/(1 − rate) per input of the output unit; empty without
  /// dropout.
  private var mask: [Float] = []
  /// Same layout as the weights.
  private(set) var gradient: [Float]

  init(for network: Discriminator, capacity: Int) {
    layout = network.layout
    leak = network.leak
    self.capacity = capacity
    input = [Float](repeating: 0, count: capacity * layout.dimensions)
    logits = [Float](repeating: 0, count: capacity)
    hidden = [Float](repeating: 0, count: capacity * layout.hidden)
    gradient = [Float](repeating: 0, count: layout.count)
  }

  /// Takes the rows of `features` (posts × dimensions) at some indices.
  func gather(_ features: [Float], rows indices: some Collection<Int>) {
    precondition(indices.count <= capacity, "\(indices.count) rows exceed \(capacity)")
    rows = indices.count
    let width = layout.dimensions
    let indices = Array(indices)
    input.withUnsafeMutableBufferPointer { input in
      features.withUnsafeBufferPointer { features in
        nonisolated(unsafe) let input = input
        each(of: rows) { range in
          for row in range {
            let start = indices[row] * width
            let source = UnsafeBufferPointer(rebasing: features[start..<(start + width)])
            _ = UnsafeMutableBufferPointer(rebasing: input[row * width..<(row + 1) * width])
              .update(from: source)
          }
        }
      }
    }
  }

  /// Draws a dropout mask over the inputs of the output unit (hidden units, or x for the linear
  /// head) for the rows now loaded; four draws from each random word. Rate 0 takes the mask away.
  func drawMask(rate: Float, from generator: inout SeededGenerator) {
    guard rate > 0 else {
      mask = []
      return
    }
    let count = rows * (layout.hidden > 0 ? layout.hidden : layout.dimensions)
    if mask.count < count { mask = [Float](repeating: 0, count: count) }
    let threshold = UInt64((rate * 65536).rounded())
    let kept = 1 / (1 - rate)
    mask.withUnsafeMutableBufferPointer { mask in
      var i = 0
      while i < count {
        var word = generator.next()
        for j in i..<min(i + 4, count) {
          mask[j] = word & 0xFFFF < threshold ? 0 : kept
          word >>= 16
        }
        i += 4
      }
    }
  }

  /// z = w₂ · drop(φ(W₁ x + b₁)) + b₂, with φ the relu or its leaky form, for the rows loaded, into
  /// `logits`.
  func forward(_ weights: [Float]) {
    withMemory(weights, []) { memory in
      if layout.hidden == 0 {
        memory.forwardLinear()
        return
      }
      memory.multiplyForward(parallel: parallel)
      each(of: rows) { memory.forward(rows: $0) }
    }
  }

  /// The gradient of Σ_i g_i z_i by the weights, into `gradient`; `logitGradient` holds one g per
  /// row, the derivative of whatever is maximised by the logit. `weights` must be those of the
  /// forward pass.
  func backward(_ weights: [Float], logitGradient: [Float]) {
    precondition(logitGradient.count == rows, "\(logitGradient.count) gradients for \(rows) rows")
    // A running sum in row order, in double precision, for ∂/∂b₂ = Σ g.
    gradient[layout.b2.lowerBound] = Float(logitGradient.reduce(0.0) { $0 + Double($1) })
    withMemory(weights, logitGradient) { memory in
      if layout.hidden == 0 {
        memory.backwardLinear()
      } else {
        each(of: layout.hidden) { memory.backward(units: $0) }
        memory.multiplyBackward(parallel: parallel)
      }
    }
  }

  /// Runs `body` for blocks of rows or hidden units.
  private func each(of count: Int, _ body: (Range<Int>) -> Void) {
    let blocks = (count + Self.block - 1) / Self.block
    func run(_ block: Int) {
      body((block * Self.block)..<min(count, (block + 1) * Self.block))
    }
    if parallel, rows * max(layout.hidden, layout.dimensions) >= Self.parallelWork {
      Parallel.tasks(blocks) { block, _ in run(block) }
    } else {
      for block in 0..<blocks { run(block) }
    }
  }

  private func withMemory(
    _ weights: [Float], _ logitGradient: [Float], _ body: (PassMemory) -> Void
  ) {
    let (layout, leak, rows) = (layout, leak, rows)
    weights.withUnsafeBufferPointer { weights in
      logitGradient.withUnsafeBufferPointer { logitGradient in
        input.withUnsafeBufferPointer { input in
          mask.withUnsafeBufferPointer { mask in
            hidden.withUnsafeMutableBufferPointer { hidden in
              logits.withUnsafeMutableBufferPointer { logits in
                gradient.withUnsafeMutableBufferPointer { gradient in
                  body(
                    PassMemory(
                      layout: layout, leak: leak, weights: weights, logitGradient: logitGradient,
                      input: input, mask: mask, hidden: hidden, logits: logits,
                      gradient: gradient, rows: rows))
                }
              }
            }
          }
        }
      }
    }
  }
}
