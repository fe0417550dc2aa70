import CKernels
import Dispatch
import Glibc
import Synchronization

/// Threads that share the tasks of one phase after another, with a hand-over of about a
/// microsecond.
///
/// Between phases a worker spins for some tens of microseconds, then sleeps until it is woken: an
/// idle program has no busy thread. When the crew is taken, whoever comes second does all tasks on
/// the own thread, so that a computation on the screen's behalf never waits for one in the
/// background. Which thread does a task is left to chance; results may not depend on it.
final class Crew: Sendable {
  static let shared = Crew(workers: Parallel.width - 1)

  typealias Body = @Sendable (_ task: Int, _ next: Int) -> Void

  /// What is left of a phase: tasks front ..< back, with the phase's number above, so that a late
  /// worker can't take a task of another phase unawares.
  private struct Ticket {
    var bits: UInt64

    static let width: UInt64 = 24
    static let mask: UInt64 = (1 << width) - 1

    init(bits: UInt64) { self.bits = bits }

    init(phase: UInt64, count: Int) { bits = phase << (2 * Self.width) | UInt64(count) }

    var phase: UInt64 { bits >> (2 * Self.width) }
    var front: Int { Int(bits >> Self.width & Self.mask) }
    var back: Int { Int(bits & Self.mask) }
    var isEmpty: Bool { front >= back }
    var withoutFirst: Ticket { Ticket(bits: bits + 1 << Self.width) }
    var withoutLast: Ticket { Ticket(bits: bits - 1) }
  }

  private let workers: Int
  private let taken = Atomic(false)
  private let ticket = Atomic<UInt64>(0)
  private let finished = Atomic(0)
  private let sleeping = Atomic(0)
  private let started = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)
  /// Written by who has taken the crew before the ticket is, read only by who holds a task of that
  /// phase.
  private let body: BodyBox

  /// Where the phase's work stands; see `body` for who may touch it when.
  private final class BodyBox: @unchecked Sendable {
    var body: Body?

    // Not inlined: what it retains is released before the task counts as finished.
    @inline(never) func perform(_ task: Int, _ next: Int) { body?(task, next) }
  }

  /// Most tasks of a phase.
  static let mostTasks = Int(Ticket.mask) - 1
  /// About 50 µs.
  private static let spins = 2_000

  init(workers: Int) {
    self.workers = max(0, workers)
    body = BodyBox()
  }

  /// Runs tasks 0 ..< count and returns when all are done. A thread works its way up from the first
  /// or down from the last; `next` is the task it is likely to do after this one (−1 for none).
  func run(_ count: Int, _ work: (_ task: Int, _ next: Int) -> Void) {
    precondition(count <= Self.mostTasks, "\(count) tasks are too many for one phase")
    // Who has chosen an instruction set has chosen it for the own thread.
    guard count > 1, workers > 0, ck_is_level_forced() == 0, take() else {
      for task in 0..<max(0, count) { work(task, task + 1 < count ? task + 1 : -1) }
      return
    }
    // The closure does not outlive this call: all tasks are finished below.
    withoutActuallyEscaping(work) { work in
      nonisolated(unsafe) let work = work
      body.body = { work($0, $1) }
      finished.store(0, ordering: .relaxed)
      let phase = Ticket(bits: ticket.load(ordering: .relaxed)).phase + 1
      ticket.store(
        Ticket(phase: phase & 0xFFFF, count: count).bits, ordering: .sequentiallyConsistent)
      wake(min(workers, count - 1))
      while perform(fromFront: true) {}
      wait(for: count)
      body.body = nil
    }
    taken.store(false, ordering: .releasing)
  }

  private func take() -> Bool {
    guard
      taken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else { return false }
    if !started.exchange(true, ordering: .relaxed) { start() }
    return true
  }

  /// Does one task; false when none is left.
  private func perform(fromFront: Bool) -> Bool {
    var seen = Ticket(bits: ticket.load(ordering: .acquiring))
    while !seen.isEmpty {
      let rest = fromFront ? seen.withoutFirst : seen.withoutLast
      let (exchanged, now) = ticket.compareExchange(
        expected: seen.bits, desired: rest.bits, ordering: .acquiringAndReleasing)
      if exchanged {
        let task = fromFront ? seen.front : rest.back
        body.perform(task, rest.isEmpty ? -1 : fromFront ? task + 1 : task - 1)
        finished.add(1, ordering: .acquiringAndReleasing)
        return true
      }
      seen = Ticket(bits: now)
    }
    return false
  }

  private func wait(for count: Int) {
    var turns = 0
    while finished.load(ordering: .acquiring) < count {
      turns += 1
      // The worker may have lost its core to another program: let it have this one.
      if turns > Self.spins { sched_yield() } else { ck_pause() }
    }
  }

  private func wake(_ most: Int) {
    var sleepers = sleeping.load(ordering: .sequentiallyConsistent)
    while sleepers > 0 {
      let woken = min(sleepers, most)
      let (exchanged, now) = sleeping.compareExchange(
        expected: sleepers, desired: sleepers - woken, ordering: .sequentiallyConsistent)
      if exchanged {
        for _ in 0..<woken { bell.signal() }
        return
      }
      sleepers = now
    }
  }

  private func start() {
    for index in 0..<workers {
      let thread = Thread { [self] in work(fromFront: index % 2 == 1) }
      thread.start()
    }
  }

  private func work(fromFront: Bool) -> Never {
    while true {
      var turns = 0
      while turns < Self.spins {
        if perform(fromFront: fromFront) { turns = 0 }
        turns += 1
        ck_pause()
      }
      sleeping.add(1, ordering: .sequentiallyConsistent)
      if Ticket(bits: ticket.load(ordering: .sequentiallyConsistent)).isEmpty || !stayAwake() {
        bell.wait()
      }
    }
  }

  /// Takes back that this worker sleeps; false when it is being woken already.
  private func stayAwake() -> Bool {
    var sleepers = sleeping.load(ordering: .sequentiallyConsistent)
    while sleepers > 0 {
      let (exchanged, now) = sleeping.compareExchange(
        expected: sleepers, desired: sleepers - 1, ordering: .sequentiallyConsistent)
      if exchanged { return true }
      sleepers = now
    }
    return false
  }
}

/// A detached thread of the system, with a small stack: tasks keep their data elsewhere.
private struct Thread {
  private final class Work {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }

  func start() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(run))
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, work.toOpaque())
    // Without the thread its share of the tasks is done by the others.
    if status != 0 { work.release() }
  }
}
