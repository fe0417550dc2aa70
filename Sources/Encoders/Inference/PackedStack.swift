import Tensors

/// Transformer layers whose weights are packed for forward passes: queries, keys and values as one
/// product, bias, activation and residual in the same pass over a product's result.
struct PackedStack: Sendable {
  let configuration: TransformerConfiguration
  let layers: [Layer]

  /// A linear layer's packed weight and its bias.
  struct Projection: Sendable {
    let weight: PackedMatrix
    let bias: FloatBuffer?

    init(_ linear: Linear, _ precision: Precision = .float32) {
      weight = PackedMatrix(linear.weight.value, precision: precision)
      bias = linear.bias.map { FloatBuffer($0.value.array) }
    }

    /// Several layers over the same input as one.
    init(joining parts: [Linear], _ precision: Precision = .float32) {
      weight = PackedMatrix(joining: parts.map(\.weight.value), precision: precision)
      let biases = parts.map { $0.bias?.value.array }
      // All have one or none has.
      bias = biases.contains { $0 == nil } ? nil : FloatBuffer(biases.flatMap { $0 ?? [] })
    }

    func callAsFunction(
      _ x: MatrixView, into y: MatrixView, residual: MatrixView? = nil,
      _ function: PackedMatrix.Function = .identity
    ) {
      weight.multiply(
        x, into: y,
        .init(bias: bias.map { UnsafePointer($0.base) }, residual: residual, function: function))
    }
  }

  /// A layer norm's two vectors.
  struct Norm: Sendable {
    let weight: FloatBuffer
    let bias: FloatBuffer
    let epsilon: Float

    init(_ norm: LayerNorm) {
      weight = FloatBuffer(norm.weight.value.array)
      bias = FloatBuffer(norm.bias.value.array)
      epsilon = norm.epsilon
    }

    func callAsFunction(_ x: MatrixView, into y: MatrixView) {
      RowKernels.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon, into: y)
    }
  }

  /// One layer.
  struct Layer: Sendable {
    let queryKeyValue: Projection
    let attentionOutput: Projection
    let attentionNorm: Norm
    let intermediate: Projection
    let output: Projection
    let outputNorm: Norm

    init(_ layer: TransformerLayer, _ precision: Precision) {
      queryKeyValue = Projection(joining: [layer.query, layer.key, layer.value], precision)
      attentionOutput = Projection(layer.attentionOutput, precision)
      attentionNorm = Norm(layer.attentionNorm)
      intermediate = Projection(layer.intermediate, precision)
      output = Projection(layer.output, precision)
      outputNorm = Norm(layer.outputNorm)
    }
  }

  /// Packs a stack. Each layer is let go once it is packed: when nobody else holds the stack, the
  /// weights are in memory once.
  init(_ stack: consuming TransformerStack, _ precision: Precision) {
    configuration = stack.configuration
    var packed: [Layer] = []
    var rest = Array(stack.layers.reversed())
    stack.layers = []
    while let layer = rest.popLast() {
      packed.append(Layer(layer, precision))
      Memory.returnFreed()
    }
    layers = packed
  }

  /// Numbers that `run` takes from the arena.
  func arenaSize(rows: Int, attention: RowKernels.Attention) -> Int {
    let d = configuration.hiddenSize
    return Arena.size(rows: rows, columns: 3 * d) + 3 * Arena.size(rows: rows, columns: d)
      + Arena.size(rows: rows, columns: configuration.intermediateSize)
      + attention.scratchSize(width: d)
      + (attention.prefix == 0 ? 0 : Arena.size(rows: attention.joinedRows, columns: 2 * d))
  }

  /// All layers, in place: rows × D, sequences one after the other.
  ///
  /// - Parameter prefixes: keys and values B×P×D in front of each layer's own; empty: none.
  func run(
    _ x: MatrixView, _ attention: RowKernels.Attention, prefixes: [PrefixValues] = [],
    _ arena: Arena, _ watch: AttentionWatch?
  ) {
    precondition(
      prefixes.count == (attention.prefix == 0 ? 0 : layers.count), "a prefix for each layer")
    let (rows, d) = (x.rows, configuration.hiddenSize)
    let joined =
      prefixes.isEmpty ? nil : arena.matrix(rows: attention.joinedRows, columns: 2 * d)
    let qkv = arena.matrix(rows: rows, columns: 3 * d)
    let mixed = arena.matrix(rows: rows, columns: d)
    let y = arena.matrix(rows: rows, columns: d)
    let z = arena.matrix(rows: rows, columns: d)
    let inner = arena.matrix(rows: rows, columns: configuration.intermediateSize)
    let scratch = arena.numbers(attention.scratchSize(width: d))
    let function = configuration.activation.function
    func attend(_ number: Int) {
      if let joined {
        attention.join(
          qkv, keys: prefixes[number].keys.array, values: prefixes[number].values.array,
          into: joined)
      }
      guard let watch else {
        return attention(qkv, joined: joined, into: mixed, scratch: scratch)
      }
      var weights = Tensor(attention.weightShape)
      weights.array.withUnsafeMutableBufferPointer {
        attention(qkv, joined: joined, into: mixed, scratch: scratch, weights: $0.baseAddress)
      }
      if let substitute = watch.substitute(number) {
        weights = substitute(weights)
        attention.mix(weights, qkv, joined: joined, into: mixed)
      }
      watch.note(weights)
    }
    for (number, layer) in layers.enumerated() {
      switch configuration.norm {
      case .post:
        layer.queryKeyValue(x, into: qkv)
        attend(number)
        layer.attentionOutput(mixed, into: y, residual: x)
        layer.attentionNorm(y, into: y)
        layer.intermediate(y, into: inner, function)
        layer.output(inner, into: x, residual: y)
        layer.outputNorm(x, into: x)
      case .pre:
        layer.attentionNorm(x, into: z)
        layer.queryKeyValue(z, into: qkv)
        attend(number)
        layer.attentionOutput(mixed, into: y, residual: x)
        layer.outputNorm(y, into: z)
        layer.intermediate(z, into: inner, function)
        layer.output(inner, into: x, residual: y)
      }
    }
  }
}

/// Keys and values in front of a layer's own, as plain numbers.
package struct PrefixValues: Sendable {
  /// B×P×D, all heads side by side.
  package let keys: Tensor
  /// B×P×D, all heads side by side.
  package let values: Tensor

  /// The numbers of a prefix on a tape.
  package init(_ prefix: AttentionPrefix, _ tape: Tape) {
    keys = tape[prefix.keys]
    values = tape[prefix.values]
  }
}

extension Activation {
  /// The same function in the product kernels.
  var function: PackedMatrix.Function {
    switch self {
    case .gelu: .gelu
    case .geluNew: .geluTanh
    case .quickGELU: .quickGELU
    case .relu: .relu
    }
  }
}

extension RowKernels.Attention {
  /// B×h×T×(P+T).
  var weightShape: [Int] {
    let longest = lengths.max() ?? 0
    return [lengths.count, heads, longest, prefix + longest]
  }

  /// out ← weights v, for weights that an intervention has put in place of the computed ones.
  func mix(_ weights: Tensor, _ qkv: MatrixView, joined: MatrixView?, into out: MatrixView) {
    precondition(weights.shape == weightShape, "attention weights keep their shape")
    let longest = lengths.max() ?? 0
    let (size, keys) = (out.columns / heads, prefix + longest)
    let (values, stride) =
      joined.map { ($0.base + out.columns, $0.stride) } ?? (qkv.base + 2 * out.columns, qkv.stride)
    var start = 0
    for (item, length) in lengths.enumerated() {
      for head in 0..<heads {
        weights.array.withUnsafeBufferPointer { w in
          guard let w = w.baseAddress else { return }
          BLAS.multiply(
            w + (item * heads + head) * longest * keys, lda: keys,
            values + (start + item * prefix) * stride + head * size, ldb: stride,
            into: out.base + start * out.stride + head * size, ldc: out.stride, m: length,
            n: size, k: prefix + length)
        }
      }
      start += length
    }
  }
}
