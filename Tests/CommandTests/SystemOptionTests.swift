import Extractors
import Foundation
import Testing

@Suite("Options of the systems", .enabled(if: Program.isBuilt))
struct SystemOptionTests {
  /// A switch whose name another option has could not be given.
  @Test(arguments: System.builtIn.filter { $0.train != nil }.map(\.id))
  func everyChoiceIsAnOptionOfItsOwn(_ id: String) throws {
    let system = try #require(System.named(id))
    let help = try Program.run(["train", id, "--help"]).output
    for known in system.switches where !known.isPart {
      // Between one way and regions from files one chooses by naming files.
      if known.name == system.boxesSwitch, known.values.count == 2 { continue }
      let count = help.components(separatedBy: "--\(known.name) <").count - 1
      #expect(count == 1, "--\(known.name) stands \(count) times in the help of train \(id)")
    }
    #expect(help.contains("--dual <") == system.takesDual)
    // What would be refused is not offered.
    for option in ["--encoder-rate", "--head-rate", "--longest", "--peer"] {
      #expect(help.contains(option + " <") == !system.isTagger, "\(option)")
    }
    let hasCRF = system.task == .entities && !system.isTagger
    #expect(help.contains("--crf-rate <") == hasCRF)
    #expect(help.contains("--epochs <") && help.contains("--batch <"))
  }
}
