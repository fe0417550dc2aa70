import Dispatch
import Foundation
import Synchronization
import Tensors
import Testing

@testable import Routing

/// Collects what a service publishes, with the time.
private final class Inbox: Sendable {
  private let received = Mutex<[(time: Double, report: TrainingReport)]>([])

  func put(_ report: TrainingReport) {
    received.withLock { $0.append((ProcessInfo.processInfo.systemUptime, report)) }
  }

  var all: [(time: Double, report: TrainingReport)] { received.withLock { $0 } }

  /// The first report that fulfils a condition, within some seconds.
  func wait(seconds: Double = 120, _ holds: (TrainingReport) -> Bool) -> TrainingReport? {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if let report = all.map(\.report).first(where: holds) { return report }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return nil
  }
}

@Suite(.serialized) struct ServiceTests {
  private func isCandidate(_ report: TrainingReport) -> Bool {
    if case .candidate = report.state { true } else { false }
  }

  private func isRunning(_ report: TrainingReport) -> Bool {
    if case .running = report.state { true } else { false }
  }

  /// A router whose training does not end by itself within any test.
  private func endless() throws -> RouterBundle {
    let router = try BundleTests.make()
    var configuration = router.configuration
    configuration.training.iterations = 1_000_000
    configuration.training.evaluateEvery = 1000
    return RouterBundle(
      configuration: configuration, base: router.base, installed: router.installed,
      rehearsal: router.rehearsal, heldOut: router.heldOut, heldOutProbabilities: [])
  }

  private func train(
    _ router: RouterBundle, _ corrections: [Correction]
  ) -> RouterTrainingService {
    let service = RouterTrainingService(router: router) { _ in }
    service.request(TrainingRequest(corrections: corrections))
    #expect(service.waitUntilIdle(seconds: 60))
    return service
  }

  @Test func aRetrainingEndsInACandidate() throws {
    let router = try BundleTests.make()
    let inbox = Inbox()
    let service = RouterTrainingService(router: router) { inbox.put($0) }
    #expect(service.report.state == .idle)
    let corrections = try Corrections.make(60)
    let posts = try World.separable(80, seed: 31)
    service.request(
      TrainingRequest(corrections: corrections, postIDs: posts.ids, postInputs: posts.x))
    let report = try #require(inbox.wait(isCandidate))
    #expect(report.trainedOn == corrections.count { !$0.isHeldOut })
    #expect(report.heldOut == corrections.count { $0.isHeldOut })
    #expect(!report.pending)
    #expect((report.objective.count) >= 30)
    #expect(service.router == router)

    let before = try #require(report.heldOutBefore)
    let after = try #require(report.heldOutAfter)
    #expect(report.state == .candidate(worse: after < before))
    #expect(service.install(evenIfWorse: true))
    let installed = try #require(service.router)
    let old = router.installed.routes(posts.x)
    let new = installed.installed.routes(posts.x)
    #expect(report.flips == posts.ids.indices.filter { old[$0] != new[$0] }.map { posts.ids[$0] })
    #expect(installed.configuration.version == 2)
    #expect(installed.base == router.base)
    #expect(installed.configuration.stamp?.heldOutAfter == after)
    #expect(inbox.wait { $0.state == .installed } != nil)
  }

  @Test func sameCorrectionsGiveTheSameBitsUnderLoad() throws {
    let router = try BundleTests.make()
    let corrections = try Corrections.make(40)
    func candidate(_ corrections: [Correction]) -> RouterBundle? {
      let service = train(router, corrections)
      service.install(evenIfWorse: true)
      return service.router
    }
    let quiet = try #require(candidate(corrections))
    let stop = Mutex(false)
    for _ in 0..<4 {
      Thread.detachNewThread { while !stop.withLock({ $0 }) {} }
    }
    let loaded = candidate(corrections.shuffled())
    stop.withLock { $0 = true }
    #expect(loaded == quiet)
    #expect(quiet.installed != router.installed)
    #expect(candidate(Array(corrections.dropFirst(10)))?.installed != quiet.installed)
  }

  @Test func requestsCoalesce() throws {
    // Long enough that all requests arrive while the first one runs.
    let router = try BundleTests.make(iterations: 2500)
    let inbox = Inbox()
    let service = RouterTrainingService(router: router) { inbox.put($0) }
    let corrections = try Corrections.make(60)
    for count in 20...60 {
      service.request(TrainingRequest(corrections: Array(corrections.prefix(count))))
    }
    // Requests that waited for their training would leave nothing pending.
    #expect(service.report.pending)
    #expect(service.isBusy)
    #expect(service.waitUntilIdle(seconds: 60))
    #expect(isCandidate(service.report))
    #expect(service.report.trainedOn == corrections.count { !$0.isHeldOut })
    let report = try #require(inbox.wait(isCandidate))
    #expect(report == service.report, "the stale first result must not be proposed")
    let sizes = Set(inbox.all.map(\.report.trainedOn)).subtracting([0])
    #expect(sizes.count <= 2, "at most the first and the newest request are trained")
  }

  @Test func atMostTenReportsASecond() throws {
    let inbox = Inbox()
    let service = RouterTrainingService(router: try endless()) { inbox.put($0) }
    let request = TrainingRequest(corrections: try Corrections.make(40))
    service.request(request)
    #expect(inbox.wait { $0.objective.count > 0 } != nil)
    // Every request changes the report, far more often than it may be published.
    let end = Date().addingTimeInterval(60)
    while inbox.all.count(where: { isRunning($0.report) }) < 6, Date() < end {
      service.request(request)
      Thread.sleep(forTimeInterval: 0.002)
    }
    service.shutDown()
    #expect(service.waitUntilIdle(seconds: 120))
    let times = inbox.all.map(\.time)
    // One that arrives late comes close before the next, so it is the whole that is counted.
    let whole = try #require(times.last) - times[0]
    #expect(Double(times.count) <= whole * 10 + 2)
    let running = inbox.all.map(\.report).filter(isRunning)
    #expect(running.count >= 5)
    #expect(running.map(\.objective.count) == running.map(\.objective.count).sorted())
  }

  @Test func aWorseCandidateWaitsForAnExplicitWord() throws {
    let router = try BundleTests.make(iterations: 400)
    // Corrections that say the opposite of the truth, many and only for training.
    let wrong = try Corrections.make(400, own: 0.05, foreign: 0.95).filter { !$0.isHeldOut }
    let judges = try Corrections.make(300, seed: 10, own: 1, foreign: 0, prefix: "j")
      .filter(\.isHeldOut)
    let service = train(router, wrong + judges)
    #expect(service.report.state == .candidate(worse: true))
    #expect(!service.install())
    #expect(service.router == router)
    #expect(service.report.state == .candidate(worse: true))
    #expect(service.install(evenIfWorse: true))
    #expect(service.router != router)
  }

  @Test func rollBackRestoresBitForBit() throws {
    let router = try BundleTests.make()
    let corrections = try Corrections.make(60)
    let service = train(router, Array(corrections.prefix(30)))
    #expect(service.rollBack())
    #expect(service.report.state == .dropped && !service.report.hasEarlier)
    #expect(!service.install(evenIfWorse: true), "a candidate rolled back is gone")
    #expect(!service.rollBack(), "nothing is left to go back to")

    var installed = [router]
    for count in [30, 60] {
      service.request(TrainingRequest(corrections: Array(corrections.prefix(count))))
      #expect(service.waitUntilIdle(seconds: 60))
      #expect(service.install(evenIfWorse: true))
      installed.append(try #require(service.router))
    }
    #expect(service.earlierVersions == [1, 2])
    #expect(installed.map(\.configuration.version) == [1, 2, 3])
    // The base is the same, so what is trained does not depend on what was installed in between.
    #expect(installed[2].installed == train(router, corrections).candidateForTest?.installed)
    #expect(service.rollBack())
    #expect(service.router == installed[1])
    #expect(service.rollBack())
    #expect(service.router == router)
    #expect(try service.router?.encodedConfiguration() == router.encodedConfiguration())
    #expect(service.router?.tensors == router.tensors)
    service.request(TrainingRequest(corrections: corrections))
    #expect(service.waitUntilIdle(seconds: 60))
    service.install(evenIfWorse: true)
    #expect(service.router?.configuration.version == 4, "numbers are never used twice")
  }

  @Test func refusalsReachTheReport() throws {
    let inbox = Inbox()
    let service = RouterTrainingService(router: nil) { inbox.put($0) }
    service.request(TrainingRequest(corrections: []))
    #expect(inbox.wait { $0.state == .refused(.noRouter) } != nil)
    service.replaceRouter(try BundleTests.make())
    service.request(TrainingRequest(corrections: []))
    #expect(
      inbox.wait { $0.state == .refused(.tooFewCorrections(teaching: 0, accepted: 0, need: 5)) }
        != nil)
    #expect(!service.install(evenIfWorse: true))
  }

  @Test func shutDownEndsARunningTraining() throws {
    let slow = try endless()
    let inbox = Inbox()
    let service = RouterTrainingService(router: slow) { inbox.put($0) }
    let request = TrainingRequest(corrections: try Corrections.make(40))
    service.request(request)
    #expect(inbox.wait(isRunning) != nil)
    service.shutDown()
    #expect(service.waitUntilIdle(seconds: 120))
    service.request(request)
    #expect(!service.isBusy)
    #expect(!service.install(evenIfWorse: true))
    #expect(service.router == slow)
  }

  @Test func replacingTheRouterMakesARunningTrainingStale() throws {
    let inbox = Inbox()
    let service = RouterTrainingService(router: try endless()) { inbox.put($0) }
    service.request(TrainingRequest(corrections: try Corrections.make(40)))
    #expect(inbox.wait(isRunning) != nil)
    let other = try BundleTests.make(seed: 5)
    service.replaceRouter(other)
    #expect(service.waitUntilIdle(seconds: 60))
    #expect(service.report.state == .idle)
    #expect(!service.install(evenIfWorse: true))
    #expect(service.router == other)
  }
}

extension RouterTrainingService {
  fileprivate var candidateForTest: RouterBundle? { state.withLock(\.candidate) }
}
