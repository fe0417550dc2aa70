import Foundation
import Tensors
import Testing

/// A small part of the campaign that `make fuzz` runs whole, with the address sanitizer.
///
/// One after the other: targets that open paths share the folder of their process.
@Suite(.serialized) struct FuzzingTests {
  /// Rounds of each target: a thousandth of the campaign; posts are drawn, which takes longer.
  private func rounds(_ target: FuzzTarget) -> UInt64 { target.isGenerated ? 60 : 1_000 }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func damagedInputsAreRefused(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let first = UInt64.random(in: 0..<(1 << 40))
    print("\(name): first seed \(first)")
    let seeds = target.seeds()
    var taken = 0
    defer { ScratchFolder.own.remove() }
    // A round of a seed that the person gives, to see a fault again.
    let given = ProcessInfo.processInfo.environment["TWINLENS_FUZZ_SEED"].flatMap(UInt64.init)
    for seed in given.map({ $0...$0 }) ?? first...(first + rounds(target) - 1) {
      let input = target.input(seed, of: seeds)
      do {
        if try target.round(input) { taken += 1 }
      } catch {
        let file = "\(NSTemporaryDirectory())/twinlens-\(name)-\(seed)"
        try? Data(input).write(to: URL(fileURLWithPath: file))
        Issue.record("\(name), seed \(seed), in \(file): \(error)")
      }
    }
    // A reader that takes nothing is not looked into.
    #expect(taken > 0 || given != nil, "first seed \(first)")
  }

  /// Undamaged seeds are taken; otherwise all damage would be refused at the door.
  @Test(arguments: FuzzTarget.all.filter { !$0.isGenerated }.map(\.name))
  func seedsAreTaken(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    defer { ScratchFolder.own.remove() }
    let taken = try target.seeds().count { try target.round($0) }
    #expect(taken > 0)
  }

  /// What libFuzzer found reaches code that rounds seldom do; none of it is at fault.
  @Test(arguments: FuzzTarget.all.filter { !$0.isGenerated }.map(\.name))
  func whatWasFoundIsTakenOrRefused(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    defer { ScratchFolder.own.remove() }
    let found = target.found()
    #expect(!found.isEmpty)
    for input in found { _ = try target.round(input) }
  }

  @Test func inputsHaveParts() {
    let parts = InputParts(Array("%% a\n1\n2\n%% b\n%% c\n\u{0}".utf8))
    #expect(parts.files.map(\.name) == ["a", "b", "c"])
    #expect(parts["a"] == Array("1\n2".utf8) && parts["b"] == [] && parts["c"] == [0])
  }

  @Test func aSeedAlwaysGivesTheSameInput() throws {
    let target = try #require(FuzzTarget.named("toml"))
    let seeds = target.seeds()
    #expect(target.input(7, of: seeds) == target.input(7, of: seeds))
    #expect(Set((0..<100).map { target.input($0, of: seeds) }).count > 90)
  }
}
