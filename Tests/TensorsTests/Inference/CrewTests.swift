import Synchronization
import Testing

@testable import Tensors

@Suite("The crew")
struct CrewTests {
  @Test(arguments: [0, 1, 3]) func everyTaskOnce(workers: Int) {
    let crew = Crew(workers: workers)
    for count in [0, 1, 2, 3, 7, 100] {
      for _ in 0..<200 {
        let done = (0..<count).map { _ in Cell() }
        crew.run(count) { task, next in
          done[task].value.add(1, ordering: .relaxed)
          if !(next == -1 || (0..<count).contains(next)) { Issue.record("next is \(next)") }
        }
        #expect(done.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
      }
    }
  }

  @Test func sleepersWake() async throws {
    let crew = Crew(workers: 1)
    for _ in 0..<20 {
      let total = Cell()
      crew.run(50) { task, _ in total.value.add(task, ordering: .relaxed) }
      #expect(total.value.load(ordering: .relaxed) == 1225)
      // Longer than a worker stays awake.
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test func phasesInPhases() {
    let total = Cell()
    Parallel.tasks(20) { _, _ in
      Parallel.tasks(20) { _, _ in total.value.add(1, ordering: .relaxed) }
    }
    #expect(total.value.load(ordering: .relaxed) == 400)
  }

  final class Cell: Sendable { let value = Atomic(0) }
}
