import Foundation
import Testing

@testable import Corpora

/// Exports of some posts, with their states, and of folders of single posts.
@Suite struct ExportTests {
  private static let files: [(name: String, text: String)] = [
    ("train.txt", "# head\r\n\r\na\tO\r\nb\tB-PER\r\n\r\nc\tO\r\n\r\nd\tB-LOC\r\n"),
    ("mner/dev.txt", "IMGID:1\na\tB-PER\n\nIMGID:2\nb\tO\n\nIMGID:3\nc\tO\n"),
    (
      "mnre/train.txt",
      "{'token': ['a', 'b'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, 'img_id': '1.jpg', 'relation': 'x'}\n"
        + "{'token': ['c', 'b'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, 'img_id': '2.jpg', 'relation': 'x'}\n"
        + "{'token': ['d', 'b'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, 'img_id': '3.jpg', 'relation': 'x'}\n"
        + "{'token': ['a', 'b'], 'h': {'pos': [1, 2]}, 't': {'pos': [0, 1]}, 'img_id': '1.jpg', 'relation': 'y'}\n"
    ),
    (
      "jsonl/test.jsonl",
      "{\"tokens\":[\"a\"],\"k\":1}\n\n{\"tokens\":[\"b\"]}\nx\n{\"tokens\":[\"c\"]}"
    ),
  ]

  /// Of every format, the first and the last of three posts, the first of them edited.
  @Test(arguments: files.indices)
  func somePostsAreWrittenAsTheyStood(_ index: Int) throws {
    let (name, text) = Self.files[index]
    try withFolder { folder in
      let data = "\(folder)/\((name as NSString).deletingLastPathComponent)"
      try write(text, to: "\(folder)/\(name)")
      let dataset = try Dataset.open(data)
      try #require(dataset.posts.count == 3)
      var first = dataset.posts[0]
      if first.relations.isEmpty {
        first.mentions = [EntityMention(0..<1, .organization)]
      } else {
        first.relations[0] = RelationMention(head: 0..<1, tail: 1..<2, label: "z")
      }
      let kept: Set = [first.id, dataset.posts[2].id]
      let report = try DatasetWriter.export(
        dataset, edited: [first.id: first], to: "\(folder)/out", keeping: kept)
      #expect(report.posts == 2 && report.changedPosts == 1 && report.files.count == 1)
      let file = (name as NSString).lastPathComponent
      let again = try Dataset.open("\(folder)/out/\(file)")
      #expect(
        again.posts.map(\.tokens.first?.text)
          == [first, dataset.posts[2]].map(\.tokens.first?.text))
      #expect(
        again.posts[0].mentions == first.mentions && again.posts[0].relations == first.relations)
      #expect(again.posts[1].mentions == dataset.posts[2].mentions)
      let written = String(decoding: try contents("\(folder)/out/\(file)"), as: UTF8.self)
      switch index {
      case 0: #expect(written == "# head\r\n\r\na\tB-ORG\r\nb\tO\r\n\r\nd\tB-LOC\r\n")
      case 3:
        #expect(written.hasPrefix("{\"tokens\":[\"a\"],\"k\":1,\"mentions\""))
        #expect(written.hasSuffix("}\n\n{\"tokens\":[\"c\"]}"))
      default: break
      }
    }
  }

  @Test func filesWithoutAPostToWriteAreLeftOut() throws {
    try withFolder { folder in
      try write("{\"id\":\"a\",\"tokens\":[\"a\"]}\n", to: "\(folder)/data/train.jsonl")
      try write("{\"id\":\"b\",\"tokens\":[\"b\"]}\n", to: "\(folder)/data/test.jsonl")
      let dataset = try Dataset.open("\(folder)/data")
      let out = "\(folder)/out"
      let all = try DatasetWriter.export(dataset, edited: [:], to: out, formats: [.csv])
      #expect(all.files == ["train.jsonl", "csv/train.csv", "test.jsonl", "csv/test.csv"])
      try write("mine", to: "\(out)/csv/mine.csv")
      let some = try DatasetWriter.export(
        dataset, edited: [:], to: out, formats: [.csv], keeping: ["b"], replacing: all.files)
      #expect(some.files == ["test.jsonl", "csv/test.csv"])
      let left = try FileManager.default.subpathsOfDirectory(atPath: out).sorted()
      #expect(left == [".twinlens-export", "csv", "csv/mine.csv", "csv/test.csv", "test.jsonl"])
      // What somebody changed meanwhile stays.
      try write("mine", to: "\(out)/test.jsonl")
      let none = try DatasetWriter.export(
        dataset, edited: [:], to: out, formats: [.csv], keeping: [], replacing: some.files)
      #expect(none.files.isEmpty && none.posts == 0)
      #expect(try contents("\(out)/test.jsonl") == Array("mine".utf8))
      #expect(!FileManager.default.fileExists(atPath: "\(out)/csv/test.csv"))
    }
  }

  /// State, annotator and time stand in the fields of formats that have them, else in a file.
  @Test func statesAreToldBesideFormatsWithoutAPlace() throws {
    try withFolder { folder in
      try write("IMGID:1\na\tB-PER\n\nIMGID:2\nb\tO\n", to: "\(folder)/data/dev.txt")
      let dataset = try Dataset.open("\(folder)/data")
      let marks = [
        "1": ReviewMark(state: "accepted", isAccepted: true, annotator: "a \"b\"", time: 0),
        "2": ReviewMark(state: "untouched"),
      ]
      let out = "\(folder)/out"
      let formats = DataFormat.writable.filter { $0 != .mnre }
      let report = try DatasetWriter.export(
        dataset, edited: [:], to: out, formats: formats, marks: marks)
      let told = report.files.filter { $0.hasSuffix(StateFile.name) }
      #expect(told == ["", "brat/", "conll2003/"].map { $0 + "annotations.state.jsonl" })
      #expect(
        String(decoding: try contents("\(out)/\(told[0])"), as: UTF8.self) == """
          {"id":"1","file":"dev.txt","state":"accepted","annotator":"a \\"b\\"","time":"1970-01-01T00:00:00Z"}
          {"id":"2","file":"dev.txt","state":"untouched"}

          """)
      #expect(
        String(decoding: try contents("\(out)/\(told[1])"), as: UTF8.self)
          .contains("\"file\":\"dev/1.ann\",\"state\":\"accepted\""))
      for format in formats where format.carriesState {
        let text = String(
          decoding: try contents("\(out)/\(format.folder)/dev.\(format.fileExtension)"),
          as: UTF8.self)
        #expect(
          text.contains("accepted") && text.contains("1970-01-01T00:00:00Z"), "\(format.name)")
      }
      // The file is no part of the dataset.
      for place in [out, "\(out)/conll2003"] {
        let again = try Dataset.open(place)
        #expect(again.findings.isEmpty && again.posts.count == 2)
      }
      // Where nobody did anything there is nothing to tell.
      let plain = try DatasetWriter.export(dataset, edited: [:], to: "\(folder)/plain")
      #expect(plain.files == ["dev.txt"])
    }
  }

  /// A folder of texts beside pictures becomes one file, which finds the pictures again.
  @Test(arguments: [DataFormat.jsonLines, .doccano, .prodigy, .labelStudio, .csv, .mner])
  func unlabelledPostsBecomeOneFile(_ format: DataFormat) throws {
    try withFolder { folder in
      for name in ["7", "12", "x"] {
        try write("word \(name) 🙂\n", to: "\(folder)/data/\(name).txt")
        try write("picture", to: "\(folder)/data/\(name).jpg")
      }
      let dataset = try Dataset.open("\(folder)/data")
      let out = "\(folder)/out"
      let report = try DatasetWriter.export(dataset, edited: [:], to: out, formats: [format])
      #expect(report.files.count == 4 && report.posts == 3)
      let again = try Dataset.open(
        "\(out)/\(format.folder)", images: "\(folder)/data", strict: true)
      #expect(again.files.map(\.name) == ["posts.\(format.fileExtension)"])
      #expect(
        again.posts.map { $0.tokens.map(\.text) } == dataset.posts.map { $0.tokens.map(\.text) })
      #expect(again.posts.map(\.id) == dataset.posts.map(\.id))
      for post in again.posts {
        #expect(again.image(for: post) == .file("\(folder)/data/\(post.id).jpg"))
      }
    }
  }

  /// 180 real tweets without labels.
  @Test(
    .enabled(if: sharedData != nil, "needs the real data beside the package"),
    arguments: [DataFormat.doccano, .prodigy, .labelStudio, .csv, .brat])
  func realTweetsAreExportedWithTheirPictures(_ format: DataFormat) throws {
    let data = "\(try #require(sharedData))/tweets-with-images"
    let dataset = try Dataset.open(data)
    try withFolder { out in
      try DatasetWriter.export(dataset, edited: [:], to: out, formats: [format])
      let place = "\(out)/\(format.folder)" + (format == .brat ? "/posts" : "")
      let again = try Dataset.open(place, images: data, strict: true)
      #expect(again.posts.count == 180 && again.findings.isEmpty)
      let words = Dictionary(
        uniqueKeysWithValues: again.posts.map { ($0.id, $0.tokens.map(\.text)) })
      for post in dataset.posts { #expect(words[post.id] == post.tokens.map(\.text)) }
      #expect(
        again.posts.allSatisfy { post in
          if case .file = again.image(for: post) { true } else { false }
        })
    }
  }

  /// Labels of MNRE have ends that are no mentions, and of Twitter-2015 another word for MISC.
  @Test(
    .enabled(if: sharedData != nil, "needs the real data beside the package"),
    arguments: ["mnre/mnre_val .txt", "twitter2015/valid.txt"],
    [DataFormat.doccano, .prodigy, .labelStudio, .csv])
  func realLabelsAreReadBack(_ file: String, _ format: DataFormat) throws {
    let dataset = try Dataset.open("\(try #require(sharedData))/\(file)")
    try withFolder { out in
      let bytes = try format.bytes(
        of: dataset.posts, DataFormat.WritingRequest(misc: dataset.files[0].misc))
      try write(bytes, to: "\(out)/train.\(format.fileExtension)")
      let again = try Dataset.open(out, strict: true)
      #expect(again.files[0].misc == dataset.files[0].misc)
      #expect(again.posts.map(\.id) == dataset.posts.map(\.id))
      for (post, back) in zip(dataset.posts, again.posts) {
        #expect(post.tokens.map(\.text) == back.tokens.map(\.text))
        #expect(post.mentions == back.mentions && post.relations == back.relations)
      }
    }
  }
}
