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
    return pen.wrap(
      "map on screen: infidelity \(Digits.short(Float(quality.infidelity)))"
        + " (a map of zeros \(Digits.short(Float(quality.ofNothing))))\(steady)", .text,
      in: box, row: row)
  }
}
