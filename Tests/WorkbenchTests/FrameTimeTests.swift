import Glibc
import Screen
import Testing

@testable import Workbench

/// Time from a key to a frame, without the terminal: a part of the 16 ms that a key may take. The
/// thread's own time: what other tests and programs take of the machine says nothing about frames.
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
    expectQuick(&desk.state, "key to frame")
  }

  /// Every row of the list is searched for what to mark, in every frame.
  @Test(
    .enabled(if: isOptimised, "frame times are measured in release builds only"),
    arguments: ["ro an", "/(ro|an)\\w+ .*o/"])
  func keyToFrameWhileSearching(_ query: String) {
    let posts = (0..<400).map { i in
      Samples.post(
        "p\(i)", Samples.posts[2].tokens.map(\.text).joined(separator: " "), [], image: nil)
    }
    var state = WorkbenchState(
      opened: .init(dataset: "many", store: "", hasModels: false, hasRouter: false),
      posts: posts, size: Size(columns: 300, rows: 90))
    _ = state.search(query, adopt: true)
    while state.searchJob != nil { _ = update(&state, .resume) }
    #expect(state.queue.count == 400)
    expectQuick(&state, "key to frame, searching \(query)")
  }

  private func expectQuick(_ state: inout WorkbenchState, _ name: String) {
    var times: [Double] = []
    for i in 0..<300 {
      let key: Key = .character(["j", "l", "O", "u", ".", "k"][i % 6])
      let start = Self.milliseconds()
      _ = update(&state, .key(key))
      _ = view(state)
      times.append(Self.milliseconds() - start)
    }
    times.sort()
    let size = "\(state.size.columns)x\(state.size.rows)"
    print("\(name) \(size): median \(times[150]) ms, p99 \(times[296]) ms")
    #expect(times[150] < 6)
  }

  private static func milliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
