import CKernels

/// A 3×3 convolution with stride 1 by Winograd's transformation: 16 products over tiles of 4×4
/// pixels in place of one over windows, with 4/9 of the multiplications.
///
/// A picture's tiles do not depend on other pictures, and how they are cut into tasks depends on
/// the map's size only.
struct WinogradConvolution: Sendable {
  /// The transformed kernels: O×C for each place in a tile.
  private let planes: [PackedMatrix]

  /// Tiles that are worked through at once: with 64 channels planes, products and kernels stay in
  /// the second-level cache.
  private static let mostTiles = 64
  /// Weights from which the planes would be read from memory longer than they save.
  private static let mostWeights = 256 * 256
  private static let arenas = ArenaPool()

  /// Whether a convolution gains by it.
  static func suits(inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) -> Bool {
    kernel == 3 && stride == 1 && padding == 1 && inputs % 16 == 0 && outputs % 16 == 0
      && inputs * outputs <= mostWeights
  }

  /// Transforms kernels O×C×3×3, each output's numbers times its scale: G g Gᵀ with the rows
  /// (1, 0, 0), (½, ½, ½), (½, −½, ½), (0, 0, 1) of G.
  init(_ weight: Tensor, scale: [Float]) {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    var transformed = [[Float]](
      repeating: [Float](repeating: 0, count: outputs * inputs), count: 16)
    func four(_ a: Float, _ b: Float, _ c: Float) -> [Float] {
      [a, (a + b + c) / 2, (a - b + c) / 2, c]
    }
    for pair in 0..<(outputs * inputs) {
      let g = weight.array[(9 * pair)..<(9 * pair + 9)].map { $0 * scale[pair / inputs] }
      let rows = (0..<3).map { four(g[3 * $0], g[3 * $0 + 1], g[3 * $0 + 2]) }
      for j in 0..<4 {
        for (i, number) in four(rows[0][j], rows[1][j], rows[2][j]).enumerated() {
          transformed[4 * i + j][pair] = number
        }
      }
    }
    planes = transformed.map { PackedMatrix(weight: $0, outputs: outputs, inputs: inputs) }
  }

  /// y ← x ∗ W + bias + residual, then relu where wanted.
  func callAsFunction(
    _ x: FeatureMap, into y: FeatureMap, bias: FloatBuffer, residual: FeatureMap?, relu: Bool
  ) {
    let (down, across) = ((y.height + 1) / 2, (y.width + 1) / 2)
    let blocks = (down * across + Self.mostTiles - 1) / Self.mostTiles
    let pass = Pass(x: x, y: y, bias: bias, residual: residual, relu: relu)
    guard blocks > 1 else { return whole(pass, tiles: down * across) }
    let height = (down + blocks - 1) / blocks
    let tasks = (down + height - 1) / height
    Parallel.tasks(tasks) { task, _ in
      let lines = (task * height)..<min(down, (task + 1) * height)
      let count = lines.count * across
      Self.arenas.borrow(reserving: pass.size(count)) { arena in
        let room = Room(arena, tiles: count, inputs: x.channels, outputs: y.channels)
        for (i, line) in lines.enumerated() { pass.input(line, room, from: i * across) }
        for plane in 0..<16 { multiply(plane, room, panels: 0..<planes[plane].panels) }
        for (i, line) in lines.enumerated() { pass.output(line, room, from: i * across) }
      }
    }
  }

  /// A map of few tiles: its planes and panels are shared out, in three phases.
  private func whole(_ pass: Pass, tiles: Int) {
    let (down, across) = ((pass.y.height + 1) / 2, (pass.y.width + 1) / 2)
    let panels = planes[0].panels
    // Two tasks a plane when there are panels for both.
    let parts = min(panels, 2)
    Self.arenas.borrow(reserving: pass.size(tiles)) { arena in
      let room = Room(
        arena, tiles: tiles, inputs: pass.x.channels, outputs: pass.y.channels)
      RowKernels.split(down, work: 32 * across * pass.x.channels) { lines in
        for line in lines { pass.input(line, room, from: line * across) }
      }
      Parallel.tasks(16 * parts) { task, _ in
        let part = task % parts
        multiply(
          task / parts, room,
          panels: (part * panels / parts)..<((part + 1) * panels / parts))
      }
      RowKernels.split(down, work: 32 * across * pass.y.channels) { lines in
        for line in lines { pass.output(line, room, from: line * across) }
      }
    }
  }

  private func multiply(_ plane: Int, _ room: Room, panels: Range<Int>) {
    let matrix = planes[plane]
    var product = ck_product()
    product.a = UnsafePointer(room.read + plane * room.readPlane)
    product.lda = matrix.inputs
    product.taps = 1
    product.k = matrix.inputs
    product.b = UnsafePointer(matrix.buffer.base)
    product.n = matrix.outputs
    product.c = room.written + plane * room.writtenPlane
    product.ldc = matrix.outputs
    ck_multiply(
      &product, 0, 1, 0, room.tiles, panels.lowerBound, panels.upperBound, matrix.panels)
  }
}

/// Memory for the planes of some tiles.
private struct Room {
  let tiles: Int
  /// The input's planes, tiles × C each, and the distance between two.
  let read: UnsafeMutablePointer<Float>
  let readPlane: Int
  /// The output's, tiles × O each.
  let written: UnsafeMutablePointer<Float>
  let writtenPlane: Int

  // Planes must not share cache sets.
  static func plane(_ tiles: Int, _ channels: Int) -> Int { tiles * channels + 16 }

  init(_ arena: Arena, tiles: Int, inputs: Int, outputs: Int) {
    self.tiles = tiles
    readPlane = Self.plane(tiles, inputs)
    writtenPlane = Self.plane(tiles, outputs)
    read = arena.numbers(16 * readPlane)
    written = arena.numbers(16 * writtenPlane)
  }
}

/// The maps of one pass.
private struct Pass: @unchecked Sendable {
  // Sendable because tasks write lines of their own.
  let x: FeatureMap
  let y: FeatureMap
  let bias: FloatBuffer
  let residual: FeatureMap?
  let relu: Bool

  func size(_ tiles: Int) -> Int {
    16 * (Room.plane(tiles, x.channels) + Room.plane(tiles, y.channels)) + 32
  }

  /// The tiles of two lines of the result, behind `first` others.
  func input(_ line: Int, _ room: Room, from first: Int) {
    // Past the last line there are zeros, as in the border above the first.
    func at(_ row: Int) -> UnsafePointer<Float>? {
      UnsafePointer(x.base + (row < x.height ? row : -1) * x.lineStride - x.pixelStride)
    }
    let lines = (-1...2).map { at(2 * line + $0) }
    ck_winograd_input(
      lines, x.pixelStride, x.channels, (y.width + 1) / 2, room.read + first * x.channels,
      x.channels, room.readPlane)
  }

  func output(_ line: Int, _ room: Room, from first: Int) {
    func two(_ map: FeatureMap) -> [UnsafeMutablePointer<Float>?] {
      (0..<2).map { i in
        2 * line + i < y.height ? map.base + (2 * line + i) * map.lineStride : nil
      }
    }
    let added = residual.map { two($0).map { UnsafePointer($0) } }
    func write(_ added: UnsafePointer<UnsafePointer<Float>?>?) {
      ck_winograd_output(
        room.written + first * y.channels, y.channels, room.writtenPlane, y.channels, y.width,
        bias.base, added, residual?.pixelStride ?? 0, relu ? 1 : 0, two(y), y.pixelStride)
    }
    if let added { added.withUnsafeBufferPointer { write($0.baseAddress) } } else { write(nil) }
  }
}
