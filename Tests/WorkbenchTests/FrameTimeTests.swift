import Screen
import Testing

@testable import Workbench

/// Time from a key to a frame, without the terminal: a part of the 16 ms that a key may take.
@Suite struct FrameTimeTests {
  static let isOptimised: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  @Test(
    .enabled(if: isOptimised, "frame times are measured in release builds only"),
    arguments: GoldenFrameTests.sizes)
  func keyToFrame(_ size: Size) {
    var desk = Desk(Samples.state(size.columns, size.rows))
    let clock = ContinuousClock()
    var times: [Duration] = []
    for i in 0..<300 {
      let key: Key = .character(["j", "l", "O", "u", ".", "k"][i % 6])
      times.append(
        clock.measure {
          _ = update(&desk.state, .key(key))
          _ = view(desk.state)
        })
    }
    times.sort()
    print("key to frame \(size.columns)x\(size.rows): median \(times[150]), p99 \(times[296])")
    // The median: the tail belongs to whatever else the machine does.
    #expect(times[150] < .milliseconds(6))
  }
}
