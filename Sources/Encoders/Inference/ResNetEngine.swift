import Tensors

/// A residual network with packed kernels: forward passes only, without a tape, batch norm by its
/// running statistics worked into the kernels.
package struct ResNetEngine: Sendable {
  /// Sizes and switches.
  package let configuration: ResNet.Configuration
  let embedder: PackedConvolution
  let stages: [[Layer]]
  private let arenas = ArenaPool()

  /// One residual layer.
  struct Layer: Sendable {
    let convolutions: [PackedConvolution]
    let shortcut: PackedConvolution?
  }

  /// Packs a network. Each layer is let go once it is packed: when nobody else holds the network,
  /// its weights are in memory once.
  ///
  /// - Parameter precision: of all convolutions but the first.
  package init(_ network: consuming ResNet, precision: Precision = .ofOpening) {
    configuration = network.configuration
    embedder = PackedConvolution(network.embedder)
    var packed: [[Layer]] = []
    var rest = network.stages.map { Array($0.reversed()) }
    network.stages = []
    for stage in rest.indices {
      var layers: [Layer] = []
      while let layer = rest[stage].popLast() {
        layers.append(
          Layer(
            convolutions: layer.convolutions.map { PackedConvolution($0, precision: precision) },
            shortcut: layer.shortcut.map { PackedConvolution($0, precision: precision) }))
        Memory.returnFreed()
      }
      packed.append(layers)
    }
    stages = packed
  }

  /// Pixels of zeros that a layer's first convolution needs around its input.
  private func border(of layer: Layer) -> Int { layer.convolutions[0].padding }

  /// The border of the map after a layer, and of the one after the stem: what the next one needs.
  private func bordersAfter() -> (stem: Int, layers: [[Int]]) {
    let all = stages.flatMap(\.self)
    var next = all.dropFirst().map { border(of: $0) } + [0]
    let layers = stages.map { layers in
      layers.map { _ in next.removeFirst() }
    }
    return (all.first.map { border(of: $0) } ?? 0, layers)
  }

  /// Pictures B×3×H×W → B×(h·w)×C, the last map as regions, row by row.
  ///
  /// - Throws: `EncoderInputError` for what is no batch of pictures, or too small for the network.
  package func callAsFunction(_ pixels: Tensor) throws(EncoderInputError) -> Tensor {
    var result: [Float] = []
    var regions = 0
    try run(pixels) { item, stage, map in
      guard stage == stages.count - 1 else { return }
      regions = map.height * map.width
      let count = regions * map.channels
      if result.isEmpty { result = [Float](repeating: 0, count: pixels.shape[0] * count) }
      result.withUnsafeMutableBufferPointer {
        if let target = $0.baseAddress { map.copy(to: target + item * count) }
      }
    }
    let batch = pixels.shape[0]
    return Tensor([batch, regions, result.count / max(1, batch * regions)], result)
  }

  /// Pictures B×3×H×W → B×5×F, what a `VisualPrefix` reads: the mean of each quadrant of every
  /// stage's map (as `ResNet.quadrants`), and behind them the mean of the whole map.
  ///
  /// - Throws: as `callAsFunction`.
  package func quadrants(_ pixels: Tensor) throws(EncoderInputError) -> Tensor {
    let width = configuration.hiddenSizes.reduce(0, +)
    let rows = VisualPrefix.rows + 1
    var out = Tensor([pixels.shape.first ?? 0, rows, width])
    try run(pixels) { item, stage, map in
      let offset = configuration.hiddenSizes[..<stage].reduce(0, +)
      for row in 0..<rows {
        let part = map.quadrant(row)
        let scale = 1 / Float(part.lines.count * part.columns.count)
        for channel in 0..<map.channels {
          var sum: Float = 0
          for y in part.lines {
            for x in part.columns {
              sum += map.base[y * map.lineStride + x * map.pixelStride + channel]
            }
          }
          out.array[(item * rows + row) * width + offset + channel] = sum * scale
        }
      }
    }
    return out
  }

  /// Runs pictures one by one; `each` hears of every stage's map.
  private func run(
    _ pixels: Tensor, _ each: (_ item: Int, _ stage: Int, _ map: FeatureMap) -> Void
  ) throws(EncoderInputError) {
    let shape = pixels.shape
    let least = 1 << (stages.count + 1)
    guard shape.count == 4, shape[0] > 0, shape[1] == embedder.inputs, shape[2] >= least,
      shape[3] >= least, shape[2] <= 4096, shape[3] <= 4096
    else { throw .pictures(shape: shape, expected: "B×\(embedder.inputs)×H×W") }
    let (batch, height, width) = (shape[0], shape[2], shape[3])
    let input = FeatureMap.size(
      height: height, width: width, channels: shape[1], border: embedder.padding)
    let largest = largestMap(height: height, width: width)
    arenas.borrow(reserving: input + 16 + 5 * (largest + 16)) { arena in
      let source = arena.numbers(input)
      let rooms = Rooms((0..<5).map { _ in arena.numbers(largest) })
      for item in 0..<batch {
        let picture = FeatureMap(
          source, height: height, width: width, channels: shape[1], border: embedder.padding)
        pixels.array.withUnsafeBufferPointer {
          if let planes = $0.baseAddress {
            picture.fill(planes: planes + item * shape[1] * height * width)
          }
        }
        run(picture, rooms) { each(item, $0, $1) }
      }
    }
  }

  private func run(
    _ picture: FeatureMap, _ rooms: Rooms, _ each: (_ stage: Int, _ map: FeatureMap) -> Void
  ) {
    let borders = bordersAfter()
    let half = embedder.outputSize(height: picture.height, width: picture.width)
    let stem = rooms.map(half, embedder.outputs, border: 1, busy: [])
    embedder(picture, into: stem, relu: true)
    var x = rooms.map(
      ((half.height - 1) / 2 + 1, (half.width - 1) / 2 + 1), embedder.outputs,
      border: borders.stem, busy: [stem])
    stem.maxPool(kernel: 3, stride: 2, padding: 1, into: x)
    for (stage, (layers, after)) in zip(stages, borders.layers).enumerated() {
      for (layer, border) in zip(layers, after) { x = run(layer, x, border: border, rooms) }
      each(stage, x)
    }
  }

  private func run(_ layer: Layer, _ x: FeatureMap, border: Int, _ rooms: Rooms) -> FeatureMap {
    var busy = [x]
    func room(_ convolution: PackedConvolution, _ x: FeatureMap, border: Int) -> FeatureMap {
      let size = convolution.outputSize(height: x.height, width: x.width)
      let map = rooms.map(size, convolution.outputs, border: border, busy: busy)
      busy.append(map)
      return map
    }
    var rest = x
    if let shortcut = layer.shortcut {
      rest = room(shortcut, x, border: 0)
      shortcut(x, into: rest, relu: false)
    }
    var y = x
    for (i, convolution) in layer.convolutions.enumerated() {
      let isLast = i + 1 == layer.convolutions.count
      let target = room(
        convolution, y, border: isLast ? border : layer.convolutions[i + 1].padding)
      convolution(y, into: target, residual: isLast ? rest : nil, relu: true)
      y = target
    }
    return y
  }

  /// Numbers of the largest map, with a border.
  private func largestMap(height: Int, width: Int) -> Int {
    var size = embedder.outputSize(height: height, width: width)
    func room(_ channels: Int) -> Int {
      FeatureMap.size(
        height: size.height, width: size.width, channels: channels + 16, border: 1)
    }
    var largest = room(embedder.outputs)
    size = ((size.height - 1) / 2 + 1, (size.width - 1) / 2 + 1)
    for layer in stages.flatMap(\.self) {
      var after = size
      for convolution in layer.convolutions {
        after = convolution.outputSize(height: after.height, width: after.width)
        // Before its stride a layer's maps are as large as its input.
        largest = max(largest, room(convolution.outputs))
        size = after
      }
    }
    return largest
  }
}

extension FeatureMap {
  /// One of the quadrants, the upper left first, or behind them the whole. The last row or column
  /// of a map of odd size belongs to none of the four.
  fileprivate func quadrant(_ row: Int) -> (lines: Range<Int>, columns: Range<Int>) {
    guard row < VisualPrefix.rows else { return (0..<height, 0..<width) }
    let (tall, broad) = (max(1, height / 2), max(1, width / 2))
    // A map of one cell is its own quadrants.
    let top = min(row / 2 * tall, height - tall)
    let left = min(row % 2 * broad, width - broad)
    return (top..<(top + tall), left..<(left + broad))
  }
}

/// Memory that the maps of one pass take turns in.
private struct Rooms {
  private let memory: [UnsafeMutablePointer<Float>]

  init(_ memory: [UnsafeMutablePointer<Float>]) { self.memory = memory }

  /// A map in memory that none of the busy maps is in.
  func map(
    _ size: (height: Int, width: Int), _ channels: Int, border: Int, busy: [FeatureMap]
  ) -> FeatureMap {
    let free = memory.first { room in !busy.contains { $0.memory == room } }
    guard let free else { preconditionFailure("\(busy.count) maps are in use") }
    return FeatureMap(
      free, height: size.height, width: size.width, channels: channels, border: border)
  }
}
