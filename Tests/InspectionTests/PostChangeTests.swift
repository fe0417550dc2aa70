import Corpora
import Extractors
import Tensors
import Testing
import Traces

@testable import Inspection

/// Changes of a post as people write them, and as they are kept.
@Suite("Changes as lines") struct PostChangeTests {
  @Test(arguments: [
    ("without", "without picture", Intervention.withoutPicture),
    ("blank", "blank picture", .blankPicture),
    ("--blank-picture", "blank picture", .blankPicture),
    ("colors", "colours only", .coloursOnly), ("swap  dev-3", "swap dev-3", .swapPicture("dev-3")),
    ("drop 5, 3", "drop 3,5", .dropWords([3, 5])), ("drop 4 4", "drop 4", .dropWords([4])),
    ("edit 4 dogs", "edit 4 dogs", .editWord(4, "dogs")),
    ("edit 4=a=b", "edit 4 a=b", .editWord(4, "a=b")),
    ("set rgn/gate=1", "set rgn/gate = 1.0", .set(tap: "rgn/gate", .constant(1))),
    ("set x = uniform", "set x = uniform", .set(tap: "x", .uniform)),
    (
      "mask 10,20,30,40.5", "mask 10,20,30,40.5",
      .maskPicture(ImageRegion(left: 0.1, top: 0.2, width: 0.3, height: 0.405))
    ),
    (
      "mask 1,7", "mask 1,7",
      .maskPicture(ImageRegion(left: 6.0 / 7, top: 0, width: 1.0 / 7, height: 1.0 / 7))
    ),
    (
      "region 0,0,50,50 50,50,50,50", "region 0,0,50,50 50,50,50,50",
      .regions([
        ImageRegion(left: 0, top: 0, width: 0.5, height: 0.5),
        ImageRegion(left: 0.5, top: 0.5, width: 0.5, height: 0.5),
      ])
    ),
  ])
  func oneSpelling(_ line: String, _ words: String, _ change: Intervention) throws {
    let read = try PostChange(line)
    #expect(read.words == words)
    if case .maskPicture(let region) = read.intervention, case .maskPicture(let wanted) = change {
      for (a, b) in zip(region.numbers, wanted.numbers) { #expect(abs(a - b) < 1e-12) }
    } else {
      #expect(read.intervention == change)
    }
    #expect(try PostChange(read.words) == read)
  }

  /// What is drawn by hand is kept to a hundredth of a percent, and read again to the last bit.
  @Test func everyRectangleCanBeReadAgain() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      func share(_ most: Double) -> Double { most * Double(random.index(below: 100_001)) / 100_000 }
      let (left, top) = (share(0.99), share(0.99))
      let region = ImageRegion(
        left: left, top: top, width: max(0.001, share(1 - left)), height: max(0.001, share(1 - top))
      )
      let change = try PostChange(masking: region)
      #expect(try PostChange(change.words) == change, "seed 5: \(region)")
      guard case .maskPicture(let kept) = change.intervention else { continue }
      for (a, b) in zip(kept.numbers, region.numbers) { #expect(abs(a - b) <= 2e-4, "seed 5") }
    }
    // A cell of a part of the picture is a rectangle of the picture.
    let part = ImageRegion(left: 0.5, top: 0, width: 0.5, height: 1)
    #expect(try PostChange("mask 1,1", seen: part).words == "mask 50,0,7.14,14.29")
  }

  @Test(arguments: [
    ("", "no change is named"), ("dorp 3", "did you mean drop?"), ("drop", "no word is named"),
    ("drop x", "is not the number of a word"), ("edit 4", "write edit PLACE WORD"),
    ("edit x y", "write edit PLACE WORD"), ("edit 1 a b", "several words"),
    ("set rgn/gate", "write set SIGNAL"), ("set a 1e99", "is too large"),
    ("mask 0,1", "go from 1 to 7"),
    ("mask 8,1", "go from 1 to 7"), ("mask 1,2,3", "is not four numbers"),
    ("mask", "is not four numbers"),
    ("region", "no region is named"), ("blank page", "only the picture"),
    ("without words", "only the picture"), ("swap", "write swap POST"),
    ("swap a b", "write swap POST"),
    (String(repeating: "x", count: 2_000), "characters"),
  ])
  func whatCannotBeReadSaysHow(_ line: String, _ words: String) {
    do {
      _ = try PostChange(line)
      Issue.record("read: \(line)")
    } catch { #expect(error.description.contains(words), "\(error)") }
  }

  /// Places are those of the post as it stands, in whatever order they were typed.
  @Test func wordsComeFirstAndDropsTogether() throws {
    let changes = try ["set a = 1", "drop 1", "mask 1,1", "edit 3 x", "drop 0", "swap b"].map {
      try PostChange($0)
    }
    let all = changes.interventions
    #expect(all.count == 5)
    #expect(Array(all.prefix(3)) == [.editWord(3, "x"), .dropWords([0, 1]), .swapPicture("b")])
    #expect(all.last == .set(tap: "a", .constant(1)))
  }

  // MARK: Kept

  @Test func whatIsKeptIsReadAgain() throws {
    let saved = [
      SavedWhatIf("b", WhatIf(post: "p\n\"1\"", [try PostChange("drop 1")]), note: "a\nnote"),
      SavedWhatIf("a", WhatIf(post: "p", try ["blank", "set x=0.1"].map { try PostChange($0) })),
    ]
    let text = SavedWhatIfText.written(saved)
    #expect(text.split(separator: "\n").count == 2)
    #expect(try SavedWhatIfText.read(text) == saved.reversed())
    #expect(try SavedWhatIfText.read("\n\n").isEmpty)
  }

  @Test(arguments: [
    (#"{"name": "x", "post": "p", "changes": ["fly"]}"#, "is no change"),
    (#"{"name": "x y", "post": "p", "changes": ["blank"]}"#, "letters, digits"),
    (#"{"name": "x", "post": "p", "changes": []}"#, "0 changes"),
    (#"{"name": "x", "post": "p"}"#, "“changes” is missing"),
    (#"{"name": "x", "post": 1, "changes": ["blank"]}"#, "“post” is of the wrong kind"),
    (
      #"{"name": "x", "post": "p", "changes": ["blank"], "note": {}}"#,
      "“note” is of the wrong kind"
    ),
    ("blank", "no record of JSON"),
    (#"{"name": "a", "post": "p", "changes": ["blank"]}"#, "second time"),
    (String(repeating: "[", count: 200_000), "bytes"),
  ])
  func aStrangersFileIsRefusedWithItsLine(_ line: String, _ words: String) {
    let good = #"{"name": "a", "post": "p", "changes": ["blank"]}"#
    do {
      _ = try SavedWhatIfText.read(good + "\n\n" + line)
      Issue.record("read: \(line.prefix(80))")
    } catch {
      #expect(error.line == 3 && error.reason.contains(words), "\(error.reason)")
    }
  }
}

extension ImageRegion {
  fileprivate var numbers: [Double] { [left, top, width, height] }
}
