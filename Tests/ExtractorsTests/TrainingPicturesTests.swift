import Corpora
import Foundation
import Pictures
import Tensors
import Testing

@testable import Extractors

/// What is told of pictures before a training.
@Suite("Pictures of a training") struct TrainingPicturesTests {
  private func post(_ id: String, _ image: String?) -> Post {
    Post(
      id: id, tokens: [Token("a")], imageID: image, mentions: [], split: .train,
      source: SourceLocation(file: "memory", line: 1))
  }

  /// A folder with a picture that is one, and one that is not.
  private func withPictures(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "training-pictures-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let picture = try Picture(width: 9, height: 9, color: RGB(9, 9, 9)).png()
    try Data(picture).write(to: URL(fileURLWithPath: folder + "/good.png"))
    try Data(picture.prefix(40)).write(to: URL(fileURLWithPath: folder + "/cut.png"))
    try body(folder)
  }

  @Test func brokenPicturesAreCountedAndNamed() throws {
    try withPictures { folder in
      func look(_ post: Post) -> ImageLookup {
        switch post.imageID {
        case nil: .none
        case "gone"?: .missing("it is not there")
        case "out"?: .refused("The folder leads out; give --images /x to use it.")
        case let name?: .file("\(folder)/\(name).png")
        }
      }
      let posts = [
        post("a", "good"), post("b", "cut"), post("c", "cut"), post("d", nil), post("e", "gone"),
        post("f", "out"),
      ]
      let plain = TrainingPictures(posts, look)
      #expect(plain.found == 3 && plain.broken.count == 0 && plain.usable == 3)
      let seen = plain.decoded()
      #expect(seen.broken.count == 2 && seen.broken.examples == ["b", "c"] && seen.usable == 1)
      #expect(seen.hash == plain.hash)
      let notice = try #require(seen.notice())
      for part in [
        "the picture of 1 of 6 posts is not there (e)", "may not be opened (f): The folder leads",
        "the pictures of 2 of 6 posts cannot be decoded (b, c): ", "1 of 6 posts names no picture",
        "learn 5 posts of 6 without one", "--images DIR",
      ] {
        #expect(notice.contains(part), "\(part) in \(notice)")
      }
      #expect(seen.notice("answer")?.contains("answer 5 posts of 6") == true)
      try seen.check(dataset: "data", system: "riva")
      let good = TrainingPictures([posts[0]], look).decoded()
      #expect(good.notice() == nil)
      // Nothing that can be used is nothing to learn from.
      let bad = try #require(
        throws: TrainingError.self,
        performing: {
          try TrainingPictures([posts[1], posts[2]], look).decoded().check(
            dataset: "data", system: "riva")
        }
      ).description
      #expect(
        bad.contains("none of the 2 posts of data") && bad.contains("cannot be decoded (b, c)"))
      let unnamed = try #require(
        throws: TrainingError.self,
        performing: {
          try TrainingPictures([posts[3]], look).check(dataset: "data", system: "riva")
        }
      ).description
      #expect(unnamed.hasSuffix("train an expert that reads the text alone"))
    }
  }

  @Test func onlyTheFirstFewAreNamed() {
    let posts = (0..<9).map { post("p\($0)", "x\($0)") }
    let all = TrainingPictures(posts) { _ in .missing("it is not there") }
    #expect(all.missing.count == 9 && all.missing.examples == ["p0", "p1", "p2"])
    #expect(all.notice()?.contains("(p0, p1, p2 …)") == true)
  }
}
