import CKernels
import Glibc

/// Elementwise functions over arrays, vectorised in C.
package enum VectorMath {
  static func exp(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ n: Int) {
    ck_exp(x, y, n)
  }

  static func tanh(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ n: Int) {
    ck_tanh(x, y, n)
  }

  static func sigmoid(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ n: Int) {
    ck_sigmoid(x, y, n)
  }

  /// x Φ(x), over several cores.
  static func gelu(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>?, _ n: Int) {
    guard let y else { return }
    Parallel.elements(n) { range in
      let at = range.lowerBound
      ck_activate(x + at, y + at, range.count, PackedMatrix.Function.gelu.rawValue)
    }
  }

  /// d += g · (x Φ(x))', over several cores.
  static func addGELUGradient(
    _ x: UnsafePointer<Float>, _ g: UnsafePointer<Float>, to d: UnsafeMutablePointer<Float>,
    _ n: Int
  ) {
    Parallel.elements(n) { range in
      let at = range.lowerBound
      ck_gelu_gradient(x + at, g + at, d + at, range.count)
    }
  }

  /// y = x, or y += x.
  static func add(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ n: Int, adds: Bool
  ) {
    if adds { ck_add(x, y, n) } else { y.update(from: x, count: n) }
  }

  /// y = dropout(x), or y += dropout(x), over several cores; `seed` fixes what is dropped.
  static func dropout(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>?, _ n: Int, seed: UInt64,
    _ probability: Float, adds: Bool
  ) {
    guard let y else { return }
    Parallel.elements(n) { range in
      let at = range.lowerBound
      ck_dropout(x + at, y + at, range.count, at, seed, probability, adds ? 1 : 0)
    }
  }

  /// log Σ exp(x), safe for large values; −∞ for an empty or all −∞ input.
  package static func logSumExp(_ x: some Collection<Double>) -> Double {
    guard let top = x.max(), top > -.infinity else { return -.infinity }
    var sum = 0.0
    for value in x { sum += Glibc.exp(value - top) }
    return top + Glibc.log(sum)
  }
}

func _log(_ x: Double) -> Double { Glibc.log(x) }
func _exp(_ x: Double) -> Double { Glibc.exp(x) }
func _cos(_ x: Double) -> Double { Glibc.cos(x) }
func _erf(_ x: Float) -> Float { Glibc.erff(x) }
func _expf(_ x: Float) -> Float { Glibc.expf(x) }
