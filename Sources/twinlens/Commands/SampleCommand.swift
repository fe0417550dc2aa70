import ArgumentParser
import Foundation
import Harbor

/// `twinlens sample`: the harbour world as a dataset.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Write a sample of the harbour world: posts, pictures and captions.")

  @Argument(help: "The folder to write.") var out: String
  @Option(help: "Decides the posts and pictures, never the town.") var seed: UInt64 = 1
  @Option(help: "Training posts.") var train = SampleRecipe().train
  @Option(help: "Dev posts.") var dev = SampleRecipe().dev
  @Option(help: "Test posts.") var test = SampleRecipe().test
  @Option(help: "Captioned pictures for the encoders.") var captions = SampleRecipe().captions

  @Flag(help: "Draw posts for relations: each names a pair, and most pairs are related.")
  var pairs = false

  @Flag(
    help: """
      Draw several small things into each picture, of which one at most is what a name can stand for; captions \
      show one thing all the same.
      """)
  var crowded = false

  func validate() throws {
    guard train + dev + test + captions > 0 else {
      throw ValidationError("nothing is to be drawn: all numbers are 0")
    }
    for (name, value) in [("train", train), ("dev", dev), ("test", test), ("captions", captions)]
    where !(0...1_000_000).contains(value) {
      throw ValidationError("--\(name) takes a number from 0 to 1000000")
    }
  }

  func run() throws {
    // Nobody's own dataset may be written over.
    if let there = try? FileManager.default.contentsOfDirectory(atPath: out), !there.isEmpty {
      throw Refusal("\(out) is not empty; give a folder that is not there yet")
    }
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      let reason = (error as NSError).localizedDescription
      throw Refusal("\(out) cannot be made a folder: \(reason)")
    }
    let progress = ProgressLine()
    var recipe = SampleRecipe(seed: seed, train: train, dev: dev, test: test, captions: captions)
    if pairs { recipe.pairs = .everyPost }
    recipe.isCrowded = crowded
    try SampleWriter(recipe).write(to: out) { progress.show("drawing the harbour sample", $0) }
    progress.clear()
    print(
      "\(train) training, \(dev) dev and \(test) test posts and \(captions) captions are in \(out)")
  }
}
