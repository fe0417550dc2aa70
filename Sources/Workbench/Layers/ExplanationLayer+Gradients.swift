import Inspection
import Screen

extension WorkbenchState {
  /// `gradient × input ranks words as occlusion does ρ .83, regions ρ .41`: how far the two ways of
  /// telling what words and regions are worth agree. Returns the next free row.
  func drawAgreement(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    guard let gradients = explanation.gradients, row < box.rows else { return row }
    func number(_ agreement: Float?) -> String {
      agreement.map { "\(pen.look.glyphs.isUnicode ? "ρ" : "rho") \(Digits.short($0))" }
        ?? "cannot be told"
    }
    let isWide = box.columns >= 60
    let words = gradients.tokens == nil ? "not by word" : number(gradients.tokenAgreement)
    pen.line(
      [
        pen.piece(
          isWide ? "gradient × input against occlusion: words " : "gradient: words ",
          .muted),
        pen.piece(words), pen.piece(", regions ", .muted),
        pen.piece(number(gradients.regionAgreement)),
      ], in: box, row: row)
    return row + 1
  }
}
