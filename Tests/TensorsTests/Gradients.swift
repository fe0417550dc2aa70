import Testing

@testable import Tensors

/// Compares the gradients of a scalar function with central differences.
///
/// - Returns: the largest error relative to max(1, largest gradient).
func gradientError(
  _ inputs: [Tensor], step: Float = 1e-2, _ function: (Tape, [Tape.Variable]) -> Tape.Variable
) -> Float {
  let tape = Tape(recording: true, training: false)
  let variables = inputs.map { tape.input($0) }
  // A fixed random weighting makes a scalar of any result.
  func scalar(_ tape: Tape, _ value: Tape.Variable) -> Tape.Variable {
    var generator = SeededGenerator(seed: 99)
    let shape = tape.shape(value)
    let weights = (0..<tape[value].count).map { _ in generator.uniform(-1, 1) }
    return tape.sum(tape.multiply(value, tape.constant(Tensor(shape, weights))))
  }
  tape.backward(from: scalar(tape, function(tape, variables)))
  func value(_ inputs: [Tensor]) -> Float {
    let tape = Tape()
    return tape[scalar(tape, function(tape, inputs.map { tape.input($0) }))].item
  }
  var worst: Float = 0
  for (k, input) in inputs.enumerated() {
    let gradient = tape.gradient(of: variables[k])
    let scale = max(1, gradient.array.map(abs).max() ?? 0)
    for i in 0..<input.count {
      var (up, down) = (inputs, inputs)
      up[k].array[i] += step
      down[k].array[i] -= step
      let numeric = (value(up) - value(down)) / (2 * step)
      worst = max(worst, abs(numeric - gradient.array[i]) / scale)
    }
  }
  return worst
}

func randomTensor(_ shape: [Int], seed: UInt64, scale: Float = 1) -> Tensor {
  var generator = SeededGenerator(seed: seed)
  return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in scale * generator.normal() })
}

@Suite("Gradients agree with finite differences")
struct GradientTests {
  let tolerance: Float = 5e-3

  @Test func elementwise() {
    let (a, b) = (randomTensor([3, 4], seed: 1), randomTensor([3, 4], seed: 2))
    let row = randomTensor([4], seed: 3)
    #expect(gradientError([a, b]) { $0.add($1[0], $1[1]) } < tolerance)
    #expect(gradientError([a, row]) { $0.add($1[0], $1[1]) } < tolerance)
    #expect(gradientError([a, b]) { $0.multiply($1[0], $1[1]) } < tolerance)
    #expect(
      gradientError([a, randomTensor([3], seed: 4)]) { $0.scaleRows($1[0], by: $1[1]) } < tolerance)
    #expect(gradientError([a]) { $0.scale($1[0], by: -2.5) } < tolerance)
    #expect(gradientError([a, Tensor(scalar: 0.3)]) { $0.scaleByExp($1[0], $1[1]) } < tolerance)
    #expect(
      gradientError([randomTensor([2, 3, 4], seed: 5)]) { $0.meanOverMiddle($1[0]) } < tolerance)
  }

  @Test func activations() {
    // Kept away from relu's corner, where no derivative exists.
    let a = Tensor([2, 5], [-2, -1.2, -0.5, 0.4, 1.7, 0.9, -0.3, 2.2, -1.6, 0.6])
    #expect(gradientError([a]) { $0.relu($1[0]) } < tolerance)
    #expect(gradientError([a]) { $0.gelu($1[0]) } < tolerance)
    #expect(gradientError([a]) { $0.sigmoid($1[0]) } < tolerance)
    #expect(gradientError([a]) { $0.tanh($1[0]) } < tolerance)
    #expect(gradientError([a]) { $0.softmax($1[0]) } < tolerance)
    #expect(gradientError([a]) { $0.normalizeRows($1[0]) } < tolerance)
  }

  @Test func linearAndShapes() {
    let x = randomTensor([2, 3, 4], seed: 6)
    let (w, b) = (randomTensor([5, 4], seed: 7), randomTensor([5], seed: 8))
    #expect(gradientError([x, w, b]) { $0.linear($1[0], weight: $1[1], bias: $1[2]) } < tolerance)
    #expect(gradientError([w]) { $0.transpose($1[0]) } < tolerance)
    #expect(gradientError([x]) { $0.reshape($1[0], [6, 4]) } < tolerance)
    #expect(
      gradientError([x, randomTensor([2, 3, 2], seed: 9)]) { $0.concatenate([$1[0], $1[1]]) }
        < tolerance)
    #expect(gradientError([w]) { $0.gather($1[0], [0, 2, 2, -1], shape: [2, 2]) } < tolerance)
    #expect(gradientError([w]) { $0.repeatRows($1[0], times: 3) } < tolerance)
    #expect(gradientError([x]) { $0.endStates($1[0], lengths: [3, 2]) } < tolerance)
  }

  @Test func layerNormAndAttention() {
    let x = randomTensor([2, 3, 4], seed: 10)
    let (w, b) = (randomTensor([4], seed: 11), randomTensor([4], seed: 12))
    #expect(
      gradientError([x, w, b]) { $0.layerNorm($1[0], weight: $1[1], bias: $1[2], epsilon: 1e-5) }
        < tolerance)
    let (k, v) = (randomTensor([2, 5, 4], seed: 13), randomTensor([2, 5, 4], seed: 14))
    #expect(
      gradientError([x, k, v]) {
        $0.attention($1[0], $1[1], $1[2], heads: 2, keyLengths: [5, 3]).output
      } < tolerance)
    #expect(
      gradientError([x, x, x]) {
        $0.attention($1[0], $1[1], $1[2], heads: 2, causal: true).output
      } < tolerance)
  }

  @Test func convolutionPoolingAndBatchNorm() {
    let x = randomTensor([2, 3, 6, 5], seed: 15)
    let w = randomTensor([4, 3, 3, 3], seed: 16, scale: 0.3)
    #expect(
      gradientError([x, w]) { $0.convolution($1[0], weight: $1[1], stride: 2, padding: 1) }
        < tolerance)
    #expect(
      gradientError([x], step: 1e-3) { $0.maxPool($1[0], kernel: 3, stride: 2, padding: 1) } < 2e-2)
    #expect(gradientError([x]) { $0.regions($1[0]) } < tolerance)
    let (s, b) = (randomTensor([3], seed: 17), randomTensor([3], seed: 18))
    for useBatch in [true, false] {
      #expect(
        gradientError([x, s, b]) {
          $0.batchNorm(
            $1[0], weight: $1[1], bias: $1[2], runningMean: Tensor([3], [0.1, -0.2, 0.3]),
            runningVariance: Tensor([3], [0.5, 1, 2]), epsilon: 1e-5, momentum: 0.1,
            useBatch: useBatch
          ).output
        } < tolerance)
    }
  }

  @Test func crossEntropyLeavesOutMinusOne() {
    let x = randomTensor([4, 3], seed: 19)
    #expect(gradientError([x]) { $0.crossEntropy($1[0], targets: [2, -1, 0, 1]) } < tolerance)
  }

  @Test func lstmOverUnequalLengths() {
    let (i, h) = (3, 2)
    var inputs = [randomTensor([3, 4, i], seed: 20)]
    for d in 0..<2 {
      let seed = UInt64(30 + 10 * d)
      inputs += [
        randomTensor([4 * h, i], seed: seed, scale: 0.5),
        randomTensor([4 * h, h], seed: seed + 1, scale: 0.5),
        randomTensor([4 * h], seed: seed + 2, scale: 0.5),
        randomTensor([4 * h], seed: seed + 3, scale: 0.5),
      ]
    }
    let error = gradientError(inputs) { tape, v in
      tape.lstm(
        v[0], lengths: [2, 4, 1],
        directions: [1, 5].map {
          Tape.LSTMWeights(
            weightInput: v[$0], weightHidden: v[$0 + 1], biasInput: v[$0 + 2],
            biasHidden: v[$0 + 3])
        })
    }
    #expect(error < tolerance)
  }

  @Test func crfLoss() {
    let e = randomTensor([2, 4, 3], seed: 50)
    let inputs = [
      e, randomTensor([3, 3], seed: 51), randomTensor([3], seed: 52), randomTensor([3], seed: 53),
    ]
    let error = gradientError(inputs) {
      $0.crfLoss(
        $1[0], tags: [[0, 2, 1, 1], [2, 0]], transitions: $1[1], start: $1[2], end: $1[3])
    }
    #expect(error < tolerance)
  }
}
