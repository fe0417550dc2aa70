import Routing
import Screen
import Testing

@testable import Workbench

/// Whole screens as text.
@Suite struct GoldenFrameTests {
  static let sizes = [(80, 24), (120, 36), (300, 90)]

  @Test(arguments: sizes) func plain(_ columns: Int, _ rows: Int) throws {
    let desk = Desk(Samples.state(columns, rows))
    try expectGolden(desk.text, "plain-\(columns)x\(rows)")
  }
}
