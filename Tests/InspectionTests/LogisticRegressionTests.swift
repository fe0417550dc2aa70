import Foundation
import Testing

@testable import Inspection

/// Which evidence counts how much.
@Suite("Logistic regression")
struct LogisticRegressionTests {
  @Test func aColumnThatTellsNothingCountsForNothing() {
    // Of 40 rows with 1 in the first column 30 are positive, of 40 with 0 ten are; the second
    // column is the same for both.
    var rows: [[Double]] = []
    var isPositive: [Bool] = []
    for first in [0.0, 1] {
      for i in 0..<40 {
        rows.append([first, Double(i % 2)])
        isPositive.append(i < (first == 1 ? 30 : 10))
      }
    }
    let fitted = LogisticRegression(rows, isPositive, ridge: 1e-6)
    #expect(abs(fitted([1, 0]) - 0.75) < 0.001)
    #expect(abs(fitted([0, 1]) - 0.25) < 0.001)
    #expect(abs(fitted.weights[2]) < 1e-6)
  }

  /// The optimum of a convex loss: no small step makes it better.
  @Test func theGradientVanishes() {
    var rows: [[Double]] = []
    var isPositive: [Bool] = []
    for i in 0..<60 {
      rows.append([Double(i % 7), Double((i * i) % 11), Double(i % 3)])
      isPositive.append((i * 5) % 13 < 5)
    }
    let ridge = 3.0
    let fitted = LogisticRegression(rows, isPositive, ridge: ridge)
    let errors = rows.indices.map { (isPositive[$0] ? 1.0 : 0.0) - fitted(rows[$0]) }
    #expect(abs(errors.reduce(0, +)) < 1e-3, "the intercept")
    for column in 0..<3 {
      let values = rows.map { $0[column] }
      let mean = values.reduce(0, +) / 60
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      let scale = (squares.reduce(0, +) / 60).squareRoot()
      let parts = values.indices.map { errors[$0] * (values[$0] - mean) / scale }
      let slope = parts.reduce(0, +) - ridge * fitted.weights[column + 1]
      #expect(abs(slope) < 1e-3, "column \(column): \(slope)")
    }
  }

  @Test func whatOneColumnSeparatesStaysFinite() {
    let rows = (0..<50).map { [Double($0), 1] }
    let fitted = LogisticRegression(rows, (0..<50).map { $0 >= 25 })
    #expect(fitted.weights.allSatisfy { $0.isFinite })
    #expect(fitted([49, 1]) > 0.9 && fitted([0, 1]) < 0.1)
    #expect(fitted([1e6, 1]).isFinite)
  }

  @Test func nothingSeenMakesNothingProbable() {
    #expect(LogisticRegression([], [])([1, 2, 3]) == 0)
    let never = LogisticRegression(
      (0..<20).map { [Double($0)] }, [Bool](repeating: false, count: 20))
    #expect(never([3]) < 0.05)
  }
}
