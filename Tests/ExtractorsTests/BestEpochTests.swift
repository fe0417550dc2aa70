import Encoders
import Tensors
import Testing

@testable import Extractors

/// A number that every step makes smaller, and a score that says how near it is to −6: it passes
/// there long before the last epoch. Its dev score so contradicts what it learns.
private struct Walker: FineTunable {
  struct Item: PieceSequence { let ids = [1] }
  struct Score: FineTuneScore { let f1: Double }

  var place = Parameter.zeros(1)
  /// Whether every place is as good as any other.
  let isFlat: Bool

  init(isFlat: Bool) { self.isFlat = isFlat }

  mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "place", &place)
  }

  func loss(_ items: [Item], _ tape: Tape) throws(EncoderInputError) -> Tape.Variable {
    tape(place)
  }

  func score(_ items: [Item]) throws(EncoderInputError) -> Score {
    Score(f1: isFlat ? 50 : 100 - Double(abs(place.value.array[0] + 6)))
  }
}

@Suite("The epoch that is kept")
struct BestEpochTests {
  /// Runs six epochs of four steps; where the number was after each.
  private func walk(_ walker: Walker) throws -> (run: FineTuneRun<Walker>, places: [Float]) {
    let items = (0..<4).map { _ in Walker.Item() }
    var run = FineTuneRun(
      walker, FineTuning(epochs: 6, batch: 1, encoderRate: 1, headRate: 1))
    var places: [Float] = []
    while !run.isFinished {
      #expect(try run.runEpoch(TrainingItems(train: items, dev: items)) { _ in true })
      places.append(run.model.place.value.array[0])
    }
    return (run, places)
  }

  @Test func itIsTheBestOnDevAndNotTheLast() throws {
    let (run, places) = try walk(Walker(isFlat: false))
    #expect(places == places.sorted(by: >) && Set(places).count == 6)
    let scores = run.epochs.map(\.dev)
    let best = try #require(scores.max())
    let epoch = try #require(scores.firstIndex(of: best))
    #expect(epoch > 0 && epoch < 5, "the walk must pass the best place: \(places)")
    #expect(run.best.place.value.array[0] == places[epoch])
    #expect(run.model.place.value.array[0] == places[5])
    #expect(run.bestScore == best)
  }

  @Test func ofEqualsItIsTheFirst() throws {
    let (run, places) = try walk(Walker(isFlat: true))
    #expect(run.best.place.value.array[0] == places[0] && places[0] != places[5])
  }
}
