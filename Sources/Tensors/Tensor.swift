/// A dense block of float32 numbers, row-major. A plain copy-on-write value, `Sendable`.
///
/// It knows nothing of gradients: differentiation lives in `Tape`.
package struct Tensor: Sendable, Hashable {
  /// Sizes of the axes, outermost first; empty for a scalar.
  package private(set) var shape: [Int]
  /// All elements in row-major order.
  package var array: [Float]

  /// A tensor of the given elements; their number must be the product of the shape.
  package init(_ shape: [Int], _ array: [Float]) {
    precondition(
      shape.reduce(1, *) == array.count, "\(array.count) elements do not fill shape \(shape)")
    self.shape = shape
    self.array = array
  }

  /// A tensor filled with one value.
  package init(_ shape: [Int], repeating value: Float = 0) {
    self.init(shape, [Float](repeating: value, count: shape.reduce(1, *)))
  }

  /// A tensor that knows its shape but holds no number, until a checkpoint fills it.
  init(hollow shape: [Int]) {
    self.shape = shape
    array = []
  }

  /// A tensor without axes.
  package init(scalar value: Float) { self.init([], [value]) }

  /// Number of elements.
  package var count: Int { array.count }

  /// The only element of a tensor that has one.
  package var item: Float {
    precondition(array.count == 1, "shape \(shape) has more than one element")
    return array[0]
  }

  /// The same elements under another shape of the same size.
  package func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape, array) }
}
