import Corpora
import Foundation
import TestSupport
import Testing

/// What `show` changes of a post, and what it refuses to call a change.
@Suite("Changes of a post", .enabled(if: Program.isBuilt, "the program is not built"))
struct ChangeTests {
  private let folder: TemporaryFolder
  private let data: String
  private let models: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    models = try SmallModels.make(for: Dataset.open(data), in: folder)
  }

  private func show(_ post: String = "post-0", _ options: [String]) throws -> Program.Result {
    try Program.run(["show", data, post, "--models", models] + options)
  }

  @Test func beforeAndAfterStandFirst() throws {
    let lines = try show("post-0", ["--set", "rgn/gate=0", "--edit", "0=Rook"]).output
      .split(separator: "\n").map(String.init)
    let heading = try #require(lines.firstIndex { $0.hasPrefix("with “Rook” for “Ada”") })
    let rest = try #require(lines.firstIndex(of: "before the change:"))
    #expect(heading < 5 && heading < rest)
    let gate = try #require(lines[(heading + 1)..<rest].first { $0.contains("rgn/gate") })
    #expect(gate.split(separator: " ").last == "0.0000")
  }

  @Test(arguments: [
    (["--set", "rgn/gate=2"], "rgn/gate goes from 0.0 to 1.0; 2.0 is outside"),
    (["--set", "rgn/gate=uniform"], "is a single number"),
    (["--set", "rgn/gate=1e99"], "is too large"),
    (["--set", "rgn/gate=x"], "write SIGNAL=NUMBER"),
    (["--set", "rgn/gate=0", "--set", "rgn/gate=1"], "gets two values"),
    (
      ["--without", "picture", "--set", "rgn/gate=1"],
      "rgn/gate is a signal of the picture, which is left out"
    ),
    (["--set", "crf/marginals=0"], "is only shown, and cannot be set; rgn/gate"),
    (["--set", "no/such=0"], "no expert shows \"no/such\" for this post; rgn/gate"),
    (["--mask", "0,0,200,200"], "reaches beyond the picture"),
    (["--mask", "0,0,0,50"], "has no area"),
    (["--mask", ""], "is not four numbers"),
    (["--drop", ""], "no word is named"),
    (["--drop", "x"], "\"x\" is not the number of a word"),
    (["--drop", "99"], "the post has no word 99"),
    (["--edit", "4="], "write PLACE=WORD"),
    (["--edit", "0=a b"], "is several words"),
    (["--edit", "0=a", "--edit", "0=b"], "is edited twice"),
    (["--edit", "0=Ada"], "the word 0 is “Ada” as it stands"),
    (["--edit", "0=Bea", "--drop", "0"], "is edited and left out"),
    (["--what-if", "none"], "no what-if \"none\" is kept in"),
    (["--what-if", "a", "--drop", "1"], "has changes of its own"),
    (["--swap-picture", "nobody"], "there is no post \"nobody\""),
    (["--without", "picture", "--blank-picture"], "nothing else can be done with it"),
    (["--region", "0,0,50,50"], "looks at regions"),
  ])
  func whatChangesNothingIsRefused(_ options: [String], _ words: String) throws {
    let result = try show("post-0", options)
    #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
  }

  @Test func withoutModelsNothingCanBeSaidOfAChange() throws {
    let result = try Program.run(["show", data, "post-0", "--no-models", "--without", "picture"])
    #expect(result.status != 0 && result.errors.contains("because of --no-models"))
  }

  @Test func aPostWithoutAPictureHasNoneToChange() throws {
    for options in [["--blank-picture"], ["--mask", "0,0,9,9"], ["--without", "picture"]] {
      let result = try show("post-3", options)
      #expect(result.errors.contains("the post has no picture that could be changed"))
    }
    let swapped = try show("post-0", ["--swap-picture", "post-3"])
    #expect(swapped.errors.contains("the post post-3 has no picture that could be shown"))
    #expect(try show("post-3", ["--swap-picture", "post-0"]).status == 0)
  }

  /// Answers that cannot be meant are refused with their line.
  @Test(arguments: [
    (#"{"post": "a", "mentions": [{"start": 3, "end": 1, "type": "PER"}]}"#, "from 3 to 1"),
    (#"{"post": "a", "mentions": [{"start": 0, "end": 1, "type": ""}]}"#, "without a type"),
    (
      #"{"post": "a", "mentions": [{"start": 0, "end": 1, "type": "PER", "confidence": 7}]}"#,
      "a confidence of 7"
    ),
    (
      #"{"post": "a", "mentions": [{"start": 0, "end": 2, "type": "PER"}, {"start": 1, "end": 2, "type": "LOC"}]}"#,
      "mentions that overlap"
    ),
    (#"{"post": "b", "mentions": []}"#, "answers for b again"),
    (#"{"post": "a", "pairs": [{"head": [1], "tail": [2, 3], "label": "None"}]}"#, "has a pair of"),
  ])
  func answersThatCannotBeMeant(_ line: String, _ words: String) throws {
    let path = try folder.write(#"{"post": "b", "mentions": []}"# + "\n" + line + "\n", "x.jsonl")
    let result = try Program.run([
      "show", data, "post-0", "--no-models", "--answers", "x=\(path)",
    ])
    #expect(
      result.status != 0 && result.errors.contains("x.jsonl:2 ") && result.errors.contains(words))
  }

  @Test func expertsAreNamedOnce() throws {
    let twice = try show("post-0", ["--system", "riva,riva"])
    #expect(twice.errors.contains("is asked for riva twice"))
  }
}
