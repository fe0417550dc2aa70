/// Repeated measurements of one thing, sorted.
package struct Figures: Sendable {
  private let sorted: [Double]

  /// Figures over any number of measurements.
  package init(_ values: [Double]) { sorted = values.sorted() }

  /// How often it was measured.
  package var count: Int { sorted.count }

  /// The smallest measurement that at least this share (0 … 1) does not exceed; nil without any.
  package func percentile(_ share: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted[min(sorted.count - 1, max(0, rank))]
  }

  /// What a budget speaks of.
  package func value(_ statistic: Statistic) -> Double? { percentile(statistic.share) }
}

/// The number that is held against a budget.
package enum Statistic: String, Sendable, Encodable {
  case median, p95, p99, most

  /// The share of measurements that do not exceed it.
  package var share: Double {
    switch self {
    case .median: 0.5
    case .p95: 0.95
    case .p99: 0.99
    case .most: 1
    }
  }
}

/// What something may take at most.
package struct Budget: Sendable {
  /// How it is counted.
  package enum Unit: String, Sendable, Encodable {
    case milliseconds = "ms"
    /// A million bytes.
    case megabytes = "MB"
  }

  package let statistic: Statistic
  /// Nil where something is measured that has no budget.
  package var limit: Double?
  package var unit = Unit.milliseconds
}

/// One line of the table: a budget and what was measured for it.
package struct BenchRow: Sendable {
  package let what: String
  package let budget: Budget
  /// In the budget's unit; without any the note says why.
  package var figures = Figures([])
  package var note: String?

  /// What is held against the budget.
  package var measured: Double? { figures.value(budget.statistic) }
  /// Measured over budget: up to 1 is met.
  package var ratio: Double? {
    measured.flatMap { measured in budget.limit.map { measured / $0 } }
  }
  /// Nil when nothing was measured, or against nothing.
  package var isMet: Bool? { ratio.map { $0 <= 1 } }
}

/// Wall-clock time.
package enum Stopwatch {
  /// How long something takes, in milliseconds.
  package static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return milliseconds(since: start)
  }

  /// Milliseconds that have passed.
  package static func milliseconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .milliseconds(1)
  }

  /// Measures something again and again, until it was done `times` times or `seconds` are over;
  /// always once.
  package static func figures(
    times: Int, seconds: Double, _ body: (_ turn: Int) throws -> Double
  ) rethrows -> Figures {
    let start = ContinuousClock.now
    var values: [Double] = []
    repeat {
      values.append(try body(values.count))
    } while values.count < times && milliseconds(since: start) < 1000 * seconds
    return Figures(values)
  }
}
