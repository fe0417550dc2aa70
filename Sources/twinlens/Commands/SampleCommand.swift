import ArgumentParser
import Corpora
import Files
import Foundation
import Harbor
import Inspection

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

  @Option(
    help: ArgumentHelp(
      """
      Spoil this share of the labels, for practice and to measure with: of mentions 40 % get another type, 20 % \
      have an edge moved by a word, 20 % are taken away, 20 % are invented; of pairs the relation is changed. \
      What was done stands in .twinlens/spoiled.jsonl.
      """, valueName: "share"))
  var noise: Double?

  func validate() throws {
    if let noise, !(noise > 0 && noise <= 0.5) {
      throw ValidationError("--noise takes a share above 0, to 0.5")
    }
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
    var spoiled: [String] = []
    try SampleWriter(recipe).write(
      to: out, progress: { progress.show("drawing the harbour sample", $0) },
      change: { posts in
        guard let noise else { return posts }
        let result = LabelNoise(of: posts, pairs ? .relations : .entities, rate: noise, seed: seed)
        spoiled += result.places.map { Self.line($0, result.posts[$0.post].id) }
        return result.posts
      })
    progress.clear()
    if noise != nil {
      let folder = out + "/.twinlens"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try DurableFile.write(
        Data(spoiled.map { $0 + "\n" }.joined().utf8), to: folder + "/spoiled.jsonl")
      print("\(spoiled.count.counted("label")) spoiled: \(folder)/spoiled.jsonl says which")
    }
    print(
      "\(train) training, \(dev) dev and \(test) test posts and \(captions) captions are in \(out)")
  }

  /// `{"post": "test-00004", "kind": "boundary", "words": [3, 5]}`: the words as they are labelled
  /// now, their end left out; of a dropped mention those that it had, of a pair those of its head.
  private static func line(_ place: LabelNoise.Place, _ post: Post.ID) -> String {
    func words(_ range: Range<Int>) -> String { "[\(range.lowerBound), \(range.upperBound)]" }
    return
      #"{"post": "\#(post)", "kind": "\#(place.kind.rawValue)", "words": \#(words(place.range))"#
      + (place.tail.map { ", \"tail\": \(words($0))" } ?? "") + "}"
  }
}
