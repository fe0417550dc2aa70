import Foundation
import Testing

@testable import Corpora

/// Files that are too large to be held while they are made.
@Suite("Large exports") struct LargeExportTests {
  /// 50,000 posts, 6 MB, every hundredth of them edited.
  private func withDataset(_ body: (String, Dataset, [Post.ID: Post]) throws -> Void) throws {
    try withFolder { folder in
      var text = ""
      for post in 0..<50_000 {
        text += "IMGID:\(post)\nAnn\tB-PER\nof\tO\nAcme\(post)\tB-ORG\nsays-a-few-more-words\tO\n"
        text += "and-some-that-make-the-file-a-large-one\tO\n\n"
      }
      try write(text, to: "\(folder)/data/train.txt")
      let dataset = try Dataset.open("\(folder)/data")
      var edited: [Post.ID: Post] = [:]
      for place in stride(from: 0, to: dataset.posts.count, by: 100) {
        var post = dataset.posts[place]
        post.mentions.removeLast()
        edited[post.id] = post
      }
      try body(folder, dataset, edited)
    }
  }

  @Test func whatIsHandedOnIsWhatIsMadeInOneGo() throws {
    try withDataset { folder, dataset, edited in
      let out = "\(folder)/out"
      var shares: [Double] = []
      let formats: [DataFormat] = [.jsonLines, .huggingFace, .conll, .prodigy, .csv]
      let mark = ReviewMark(state: "edited", annotator: "ann", time: 1)
      try DatasetWriter.export(
        dataset, edited: edited, to: out, formats: formats,
        marks: edited.mapValues { _ in mark }, otherMark: ReviewMark(state: "untouched")
      ) { shares.append($0) }
      let posts = dataset.posts.map { edited[$0.id] ?? $0 }
      #expect(
        try contents("\(out)/train.txt")
          == DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: edited).bytes)
      let request = DataFormat.WritingRequest(
        marks: Dictionary(
          uniqueKeysWithValues: dataset.posts.map { post in
            (post.id, edited[post.id] == nil ? ReviewMark(state: "untouched") : mark)
          }))
      for format in formats {
        let path = "\(out)/\(format.folder)/train.\(format.fileExtension)"
        let wanted = try format.bytes(of: posts, request)
        #expect(try contents(path) == wanted, "\(format.name)")
      }
      let states = try contents("\(out)/\(StateFile.name)")
      #expect(states.count { $0 == 0x0A } == posts.count)
      #expect(shares == shares.sorted() && shares.last == 1 && shares.count > 50)
      // The same again, over what stands there.
      try DatasetWriter.export(dataset, edited: [:], to: out)
      #expect(try contents("\(out)/train.txt") == contents("\(folder)/data/train.txt"))
    }
  }

  /// A label without a place in the last format: no file of the others is there.
  @Test func nothingIsWrittenWhereSomethingHasNoPlace() throws {
    try withDataset { folder, dataset, edited in
      var edited = edited
      let last = try #require(dataset.posts.last)
      var post = last
      post.relations = [RelationMention(head: 0..<1, tail: 2..<3, label: "/per/org/member_of")]
      edited[last.id] = post
      #expect(throws: FormatError.self) {
        try DatasetWriter.export(
          dataset, edited: edited, to: "\(folder)/out", formats: [.jsonLines, .huggingFace])
      }
      let left = FileManager.default.enumerator(atPath: "\(folder)/out")?.allObjects ?? []
      let files = try left.compactMap { $0 as? String }.filter { name in
        let path = "\(folder)/out/\(name)"
        let kind = try FileManager.default.attributesOfItem(atPath: path)[.type]
        return kind as? FileAttributeType == .typeRegular
      }
      #expect(files.isEmpty, "\(files)")
    }
  }

  /// Also where files are only written in their own formats.
  @Test func progressGoesByPosts() throws {
    try withDataset { folder, dataset, edited in
      for (name, dataset) in [
        ("text", dataset), ("lines", try asLines(dataset, "\(folder)/lines")),
      ] {
        let changed = edited.mapValues { post in
          var new = dataset.post(id: post.id) ?? post
          new.mentions = post.mentions
          return new
        }
        var shares: [Double] = []
        try DatasetWriter.export(dataset, edited: changed, to: "\(folder)/out-\(name)") {
          shares.append($0)
        }
        #expect(shares == shares.sorted() && shares.last == 1)
        #expect(shares.count { $0 > 0 && $0 < 1 } > 5, "\(name): \(shares)")
      }
    }
  }

  /// The same posts as JSON Lines.
  private func asLines(_ dataset: Dataset, _ folder: String) throws -> Dataset {
    let lines = JSONLines.bytes(of: dataset.posts)
    try write(String(decoding: lines, as: UTF8.self), to: "\(folder)/train.jsonl")
    return try Dataset.open(folder)
  }

  /// However large a file is, it is handed on in pieces of a million bytes or little more.
  @Test func piecesAreBounded() throws {
    try withDataset { _, dataset, edited in
      var sizes: [Int] = []
      var pipe = BytePipe { sizes.append($0.count) }
      _ = try DatasetWriter.write(
        dataset.files[0], of: dataset, edited: edited, into: &pipe)
      try pipe.flush()
      #expect(sizes.count > 3 && (sizes.max() ?? 0) < 3 << 19)
      sizes = []
      try DataFormat.jsonLines.write(
        dataset.posts, DataFormat.WritingRequest(), into: &pipe, progress: { _ in })
      try pipe.flush()
      #expect(sizes.count > 3 && (sizes.max() ?? 0) < 3 << 19)
    }
  }
}
