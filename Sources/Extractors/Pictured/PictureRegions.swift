import Corpora
import Encoders
import Pictures
import Tensors
import Traces

/// What a frozen picture encoder saw in one post's picture: N regions of C numbers, row by row.
///
/// Copies share their numbers, so that the pairs of one post and the epochs of a training hold them
/// once. Wide regions (C > 512, those of published networks) are kept in half precision: 49×2048
/// numbers are 200 kB then.
package struct PictureRegions: Sendable, Hashable {
  private enum Numbers: Sendable, Hashable {
    case full([Float])
    case half([Float16])
  }

  /// N and C.
  package let shape: [Int]
  /// The part of the upright source picture that the regions cover.
  package let seen: ImageRegion
  /// Why there is no picture, for the screen; the regions are then those of a picture of the mean
  /// colour (MODELS §2.4).
  package let notice: String?
  /// The rectangle that was framed or cut out for them; nil where the whole was looked at.
  package private(set) var frame: ImageRegion?
  /// How a picture tower is to look; nil where the numbers are what was seen.
  private(set) var view: PictureView?
  /// Whether a picture tower is to see nothing.
  private(set) var isEmpty = false
  private let numbers: Numbers

  /// The widest regions that are kept in full precision.
  package static let widestInFull = 512

  /// Regions N×C.
  package init(_ regions: Tensor, seen: ImageRegion = .whole, notice: String? = nil) {
    precondition(regions.shape.count == 2, "regions are rows of numbers, not \(regions.shape)")
    shape = regions.shape
    self.seen = seen
    self.notice = notice
    numbers =
      regions.shape[1] > Self.widestInFull
      ? .half(regions.array.map { Float16($0) }) : .full(regions.array)
  }

  /// A place in the list of views for what a picture tower will see.
  ///
  /// - Parameter isEmpty: whether there is nothing in that view, so that the tower gets zeros.
  static func pending(
    _ view: PictureView, notice: String?, isEmpty: Bool = false
  ) -> PictureRegions {
    var result = PictureRegions(Tensor([1, 1]), notice: notice)
    (result.view, result.isEmpty) = (view, isEmpty)
    return result
  }

  /// The same, seen for a rectangle.
  func framing(_ region: ImageRegion) -> PictureRegions {
    var result = self
    result.frame = region
    return result
  }

  /// Whether the post has no picture that can be used.
  package var isMissing: Bool { notice != nil }

  /// Bytes of the numbers.
  var bytes: Int {
    switch numbers {
    case .full(let numbers): 4 * numbers.count
    case .half(let numbers): 2 * numbers.count
    }
  }

  /// N·C numbers.
  package var array: [Float] {
    switch numbers {
    case .full(let numbers): numbers
    case .half(let numbers): numbers.map { Float($0) }
    }
  }

  /// N×C.
  package var tensor: Tensor { Tensor(shape, array) }

  /// Cells along one side of the grid.
  package var grid: Int { Int(Float(shape[0]).squareRoot()) }

  /// The means of a 3×3 grid of cells and of everything, 10×C: what mega-lite takes for objects.
  ///
  /// Cells along the borders between the nine belong to both sides, so that any grid is covered.
  /// Each mean is brought to mean 0 and deviation 1: mega-lite sees a picture only through the
  /// weights of an attention, and pooled features, which are much alike and small, leave these
  /// weights even (in harbor's pairs F1 63.6 so, 77.2 standardized).
  package var objects: PictureRegions {
    let side = grid
    func inside(_ rows: Range<Int>, _ columns: Range<Int>) -> [Float] {
      (0..<(side * side)).map {
        rows.contains($0 / side) && columns.contains($0 % side) ? 1 : 0
      }
    }
    let parts = (0..<9).map { inside(third($0 / 3), third($0 % 3)) }
    return means(parts + [inside(0..<side, 0..<side)])
  }

  /// Where the ten of `objects` are in the source picture; the nine overlap where the grid's side
  /// is no multiple of three.
  var objectPlaces: [ImageRegion] {
    let side = Double(grid)
    return (0..<9).map { i in
      let (rows, columns) = (third(i / 3), third(i % 3))
      return ImageRegion(
        left: seen.left + seen.width * Double(columns.lowerBound) / side,
        top: seen.top + seen.height * Double(rows.lowerBound) / side,
        width: seen.width * Double(columns.count) / side,
        height: seen.height * Double(rows.count) / side)
    } + [seen]
  }

  /// The rows or columns of the grid that one of three parts covers.
  private func third(_ i: Int) -> Range<Int> { (i * grid / 3)..<((i * grid + grid + 2) / 3) }

  /// Most objects of one picture.
  package static let mostObjects = 10

  /// The means of the largest ten of some regions, 10×C, standardized as `objects`: a cell counts
  /// by the share of it that a region covers. Objects that are missing, and regions outside what
  /// the encoder saw, are zeros.
  package func objects(in boxes: [RegionFile.Box]) -> PictureRegions {
    let side = grid
    let parts = Self.largest(boxes).map { box -> [Float] in
      let place = Self.place(of: box)
      // In cells of the grid.
      let left = (place.left - seen.left) / seen.width * Double(side)
      let top = (place.top - seen.top) / seen.height * Double(side)
      let right = left + place.width / seen.width * Double(side)
      let bottom = top + place.height / seen.height * Double(side)
      return (0..<(side * side)).map { cell in
        let (x, y) = (Double(cell % side), Double(cell / side))
        let across = min(right, x + 1) - max(left, x)
        let down = min(bottom, y + 1) - max(top, y)
        return Float(max(0, across) * max(0, down))
      }
    }
    return means(
      parts
        + [[Float]](
          repeating: [Float](repeating: 0, count: side * side),
          count: Self.mostObjects - parts.count))
  }

  /// The largest regions, largest first; of equals the first of the file.
  static func largest(_ boxes: [RegionFile.Box]) -> [RegionFile.Box] {
    func area(_ box: RegionFile.Box) -> Double {
      let place = place(of: box)
      return place.width * place.height
    }
    let order = boxes.indices.sorted { (-area(boxes[$0]), $0) < (-area(boxes[$1]), $1) }
    return order.prefix(mostObjects).map { boxes[$0] }
  }

  /// What a region covers of the picture.
  static func place(of box: RegionFile.Box) -> ImageRegion {
    func clamped(_ value: Double) -> Double { min(1, max(0, value)) }
    let (left, right) = (
      clamped(box.centerX - box.width / 2), clamped(box.centerX + box.width / 2)
    )
    let (top, bottom) = (
      clamped(box.centerY - box.height / 2), clamped(box.centerY + box.height / 2)
    )
    return ImageRegion(
      left: left, top: top, width: max(0, right - left), height: max(0, bottom - top))
  }

  /// Standardized means over the cells, each by its weights.
  private func means(_ parts: [[Float]]) -> PictureRegions {
    let (width, source) = (shape[1], array)
    let rows = parts.flatMap { weights -> [Float] in
      var sum = [Float](repeating: 0, count: width)
      for (cell, weight) in weights.enumerated() where weight > 0 {
        for k in 0..<width { sum[k] += weight * source[cell * width + k] }
      }
      return Self.standardized(sum)
    }
    return PictureRegions(Tensor([parts.count, width], rows), seen: seen, notice: notice)
  }

  /// Numbers with mean 0 and deviation 1; zeros, of a post without a picture, stay zeros.
  private static func standardized(_ numbers: [Float]) -> [Float] {
    let count = Float(max(1, numbers.count))
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    guard variance > 1e-12 else { return numbers.map { _ in 0 } }
    return numbers.map { ($0 - mean) / variance.squareRoot() }
  }

  /// B×N×C of several posts; all of one shape.
  static func stack(_ all: [PictureRegions]) -> Tensor {
    var numbers: [Float] = []
    numbers.reserveCapacity(all.reduce(0) { $0 + $1.shape[0] * $1.shape[1] })
    for regions in all { numbers += regions.array }
    return Tensor([all.count] + (all.first?.shape ?? [0, 0]), numbers)
  }
}
