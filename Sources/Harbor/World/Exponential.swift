import Foundation

/// The one function of the C library that the world needs.
enum Exponential {
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
