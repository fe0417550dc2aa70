import Inspection
import Screen
import Traces

extension WorkbenchState {
  /// How faithful and how steady the map on screen is; the next free row.
  func drawQuality(_ found: Witnesses, _ pen: inout Pen, _ box: Box, row: Int) -> Int {
    guard let signal = spatialSignal, !isWitness(signal),
      let quality = found.quality(
        of: signal, slice: choice.slice, word: wordOfMap(signal),
        pair: pairPlace(in: found.expert))
    else { return row }
    let steady =
      quality.sensitivity.map { "; sensitivity \(Digits.short(Float($0)))" } ?? ""
    let number = Float(quality.infidelity)
    // What is a hundredth for both may differ by a third.
    let share =
      quality.ofNothing > 0
      ? ", \(Digits.percent(Float(quality.infidelity / quality.ofNothing))) of a map of zeros" : ""
    return pen.wrap(
      "map on screen: infidelity \(number < 0.005 ? Digits.short(number) : Digits.fine(number))"
        + "\(share)\(steady)", .text, in: box, row: row)
  }
}
