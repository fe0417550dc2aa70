import Foundation
import Testing

@testable import Routing

/// An empty folder that goes with the test.
private final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/routers-\(UUID().uuidString)"
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The line of routers that retrainings leave, on disk and in memory, and what each correction did.
@Suite("Router versions") struct RouterVersionTests {
  private func train(
    _ service: RouterTrainingService, _ corrections: [Correction]
  ) {
    service.request(TrainingRequest(corrections: corrections))
    #expect(service.waitUntilIdle(seconds: 60))
    #expect(service.install(evenIfWorse: true))
  }

  /// A service whose router was retrained on 20, then on 24 corrections.
  private func twice() throws -> (service: RouterTrainingService, base: RouterBundle) {
    let router = try BundleTests.make()
    let service = RouterTrainingService(router: router) { _ in }
    train(service, Array(try Corrections.make(24).prefix(20)))
    train(service, try Corrections.make(24))
    return (service, router)
  }

  @Test func theLineIsKeptAndReadAgain() throws {
    let folder = Scratch()
    let (service, router) = try twice()
    let versions = service.versions
    #expect(versions.map(\.number) == [1, 2, 3])
    #expect(versions.map { $0.corrections?.count } == [0, 20, 24])
    #expect(versions[0].router.installed == router.base)
    #expect(versions[2].difference(from: versions[1])?.added == 4)
    let dated = versions.map { $0.dated(as: [], else: "2026-11-30") }
    try RouterVersion.save(dated, in: folder.path)
    let read = RouterVersion.read(to: try #require(dated.last).router, in: folder.path)
    #expect(read == dated)
    // Who opens the store tomorrow can go back, step by step.
    let later = RouterTrainingService(router: dated[2].router, earlier: read) { _ in }
    #expect(later.versions == dated && later.report.hasEarlier)
    #expect(later.rollBack() && later.router == dated[1].router)
    #expect(later.rollBack() && later.router?.installed == router.base)
    #expect(!later.rollBack() && !later.report.hasEarlier)
    // A router that was gone back from is not kept.
    try RouterVersion.save(Array(dated.prefix(2)), in: folder.path)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/versions") == ["2"])
  }

  @Test func whatIsDamagedIsLeftOut() throws {
    let folder = Scratch()
    let versions = try twice().service.versions
    try RouterVersion.save(versions, in: folder.path)
    let newest = try #require(versions.last).router
    let record = folder.path + "/versions/2/config.json"
    let sound = try Data(contentsOf: URL(fileURLWithPath: record))
    for text in ["", "{", "{\"format\": 7}", "null"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: record))
      #expect(RouterVersion.read(to: newest, in: folder.path).map(\.number) == [1, 3])
    }
    try sound.write(to: URL(fileURLWithPath: record))
    let tensors = folder.path + "/versions/2/model.safetensors"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: tensors))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: tensors))
    #expect(RouterVersion.read(to: newest, in: folder.path).map(\.number) == [1, 3])
    // A folder of an earlier program has no versions: the corrections are not known then.
    try FileManager.default.removeItem(atPath: folder.path + "/versions")
    let bare = RouterVersion.read(to: newest, in: folder.path)
    #expect(bare.map(\.number) == [1, 3] && bare[1].corrections == nil)
    #expect(LeaveOneOut(bare[1]) == nil)
  }

  /// The installed weights come out again; without a correction, those come out that a training
  /// gives which never saw it.
  @Test func withoutACorrectionTheRouterIsAsIfItHadNotBeen() throws {
    let (service, router) = try twice()
    let version = try #require(service.versions.last)
    let leaveOneOut = try #require(LeaveOneOut(version))
    #expect(try leaveOneOut.retrained(without: nil) == version.router.installed)
    let corrections = try Corrections.make(24)
    #expect(Set(leaveOneOut.corrections.map(\.id)) == Set(corrections.map(\.id)))
    let firstHeldOut = leaveOneOut.corrections.firstIndex { !LeaveOneOut.teaches($0) }
    #expect(firstHeldOut == leaveOneOut.corrections.count { LeaveOneOut.teaches($0) })
    for left in [leaveOneOut.corrections[0], leaveOneOut.corrections[7]] {
      let fresh = RouterTrainingService(router: router) { _ in }
      train(fresh, corrections.filter { $0.id != left.id })
      let without = try leaveOneOut.retrained(without: left.id)
      #expect(without == fresh.router?.installed)
      #expect(without != version.router.installed)
    }
    #expect(try leaveOneOut.retrained(without: nil, goesOn: { false }) == nil)
  }

  @Test func withoutItsOnlyCorrectionItIsTheBase() throws {
    let router = try BundleTests.make()
    let only = try #require(try Corrections.make(24).first(where: LeaveOneOut.teaches))
    let stamp = RouterBundle.RetrainingStamp(
      trainedOn: 1, heldOut: 0, corrections: "", heldOutBefore: 0, heldOutAfter: 0)
    let version = RouterVersion(
      router: router.installing(router.base, version: 2, stamp: stamp), corrections: [only])
    #expect(try LeaveOneOut(version)?.retrained(without: only.id) == router.base)
  }
}
