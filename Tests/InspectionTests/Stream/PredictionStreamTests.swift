import Corpora
import Extractors
import Files
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing
import Traces

@testable import Inspection

/// Names every word that begins with a capital; fails where a word says so, and looks at the
/// picture where it is told to.
private struct CapitalExpert: Expert {
  let card = ModelCard(
    name: "capitals", system: "capitals", task: .entities, sights: [], labels: ["PER"])
  var looks = false

  func unknownCount(of words: [String]) -> Int { 0 }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map { post in
      if post.words.contains("fail") { throw Failure(description: "cannot read this") }
      if let slow = post.words.first(where: { $0.hasPrefix("slow") }) {
        usleep(UInt32(slow.dropFirst(4)) ?? 0)
      }
      var confidence: Float = 0.5
      if looks, case .success(let picture) = post.picture() { confidence = Float(picture.width) }
      let found = post.words.indices.filter { post.words[$0].first?.isUppercase == true }.map {
        EntityMention($0..<($0 + 1), .person)
      }
      return .mentions(found, confidences: found.map { _ in confidence })
    }
  }

  func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content { .failed("is not asked") }
}

@Suite("A stream of predictions")
struct PredictionStreamTests {
  private func stream(looks: Bool = false, pictures: String = "/") throws -> PredictionStream {
    let models = Roster(
      folder: "/nowhere", experts: [CapitalExpert(looks: looks)], eyes: Eyes(), router: nil)
    return try PredictionStream(
      models, task: .entities, by: .expert("capitals"), pictures: try PictureFolder(pictures))
  }

  private func source(_ text: String, piece: Int = 1000) -> LineSource {
    let rest = Mutex(Array(text.utf8)[...])
    return LineSource(
      ByteStream { buffer in
        rest.withLock { rest in
          let part = rest.prefix(min(piece, buffer.count))
          buffer.copyBytes(from: part)
          rest = rest.dropFirst(part.count)
          return part.count
        }
      })
  }

  private func answers(
    _ text: String, _ stream: PredictionStream, resume: Int = 0
  ) throws -> (lines: [String], summary: PredictionStream.Summary) {
    var bytes: [UInt8] = []
    let summary = try stream.run(source(text), resume: resume) {
      #expect($0.last == 0x0A, "lines are written whole")
      bytes += $0
    }
    return (
      String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false
      )
      .dropLast().map(String.init), summary
    )
  }

  @Test("an answer is what it was asked, and nothing that was not")
  func answer() throws {
    let (lines, summary) = try answers(
      #"{"id":"a","tokens":["Ada","met","\u001b"],"ner_tags":[1,0,0]}"# + "\n"
        + #"{"tokens":["no"]}"#, try stream())
    #expect(
      lines == [
        #"{"expert":"capitals","mentions":[{"confidence":0.5,"end":1,"start":0,"type":"PER"}],"#
          + #""post":"a","tokens":["Ada","met","\u001b"]}"#,
        #"{"expert":"capitals","mentions":[],"tokens":["no"]}"#,
      ])
    #expect(summary.written == 2)
    #expect(summary.failed == 0)
  }

  /// Sound and bad records in turn, each kind at each place.
  @Test("a bad record at any place has its error, and the others their answers")
  func bad() throws {
    let good = #"{"id":"g","tokens":["Ada"]}"#
    let kinds = [
      "", "{", #"{"id":"b","tokens":[]}"#, #"{"id":"b","tokens":["fail"]}"#, "\u{0}", "null",
      #"{"id":"b","tokens":["a"],"image_base64":"="}"#,
    ]
    for kind in kinds {
      for place in 0..<5 {
        var records = [String](repeating: good, count: 5)
        records[place] = kind
        let (lines, summary) = try answers(records.joined(separator: "\n") + "\n", try stream())
        #expect(lines.count == 5)
        #expect(summary.failed == 1)
        #expect(summary.firstFailed == place + 1)
        for (i, line) in lines.enumerated() {
          #expect(line.hasPrefix("{\"error\":") == (i == place), "\(line)")
          if i == place {
            #expect(line.contains("\"line\":\(place + 1)"))
            #expect(line.contains("\"post\":\"b\"") == kind.contains("\"b\""), "\(line)")
          }
        }
      }
    }
  }

  private static func records(_ count: Int) -> String {
    (0..<count).map { i in
      i % 11 == 5
        ? "{\"id\":\"bad \(i)\"}"
        : "{\"id\":\"\(i)\",\"tokens\":[\"Word\(i)\",\"slow\(i * 37 % 300)\"]}"
    }.joined(separator: "\n") + "\n"
  }

  @Test("the bytes are the same whatever the window, the threads and the pieces that are read")
  func sameBytes() throws {
    let text = Self.records(150)
    let expected = try answers(text, try stream()).lines
    #expect(expected.count == 150)
    for (most, threads) in [(1, 1), (2, 4), (5, 2), (300, 8)] {
      var stream = try stream()
      (stream.window.most, stream.window.threads) = (most, threads)
      let (lines, summary) = try answers(text, stream)
      #expect(lines == expected, "\(most) \(threads)")
      #expect(summary.passed.mostItems <= most)
    }
    for piece in [1, 7, 4096] {
      var bytes: [UInt8] = []
      _ = try stream().run(source(text, piece: piece)) { bytes += $0 }
      #expect(String(decoding: bytes, as: UTF8.self) == expected.joined(separator: "\n") + "\n")
    }
  }

  @Test("resumed behind any record, the rest is what the whole would have been")
  func resumed() throws {
    let text = Self.records(40)
    let whole = try answers(text, try stream()).lines
    for count in 0...42 {
      let (lines, summary) = try answers(text, try stream(), resume: count)
      #expect(lines == Array(whole.dropFirst(count)), "\(count)")
      #expect(summary.skipped == min(count, 40))
    }
  }

  @Test("a part of the stream counts its lines from where it begins")
  func firstLine() throws {
    var part = try stream()
    part.firstLine = 1001
    let (lines, summary) = try answers("{\n{\n", part, resume: 1)
    #expect(lines.count == 1)
    #expect(lines[0].contains("\"line\":1002"))
    #expect(summary.firstFailed == 1002)
  }

  @Test("who has enough gets no more, and nobody is asked on")
  func gone() throws {
    struct Gone: Error {}
    var written = 0
    #expect(throws: Gone.self) {
      _ = try stream().run(source(Self.records(2000))) { _ in
        written += 1
        throw Gone()
      }
    }
    #expect(written == 1)
  }

  @Test("who stops has whole lines, as many as were counted")
  func stopped() throws {
    var bytes: [UInt8] = []
    let whole = try answers(Self.records(400), try stream()).lines
    let summary = try stream().run(
      source(Self.records(400)), goesOn: { bytes.count < 2000 }
    ) { bytes += $0 }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(bytes.last == 0x0A)
    #expect(lines.count == summary.written)
    #expect(lines == Array(whole.prefix(lines.count)))
    #expect(lines.count < 400)
  }

  @Test("a picture is the same by path, in base64, in a shard and as a member of one")
  func pictures() throws {
    let folder = NSTemporaryDirectory() + "twinlens-stream-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let png = try Picture(width: 23, height: 9, color: RGB(1, 2, 3)).png()
    try Data(png).write(to: URL(fileURLWithPath: folder + "/p.png"))
    let base64 = Data(png).base64EncodedString()
    let stream = try stream(looks: true, pictures: folder)
    func record(_ picture: String) -> String { "{\"id\":\"a\",\"tokens\":[\"Ada\"]\(picture)}\n" }
    let (lines, _) = try answers(
      record(#","image":"p""#) + record(#","image":"p.png""#)
        + record(",\"image_base64\":\"\(base64)\"")
        + record(",\"image\":{\"bytes\":\"\(base64)\",\"path\":\"no\"}"), stream)
    #expect(Set(lines).count == 1)
    #expect(lines[0].contains("\"confidence\":23.0"), "\(lines[0])")
    #expect(!lines[0].contains("notice"))
    let missing = try answers(
      record("") + record(#","image":"none""#) + record(#","image":"../p.png""#)
        + record(#","image_base64":"aGk=""#), stream
    ).lines
    #expect(missing.allSatisfy { $0.contains("\"confidence\":0.5") })
    #expect(!missing[0].contains("notice"))
    #expect(missing[1].contains("\"notice\":\"the picture is not there\""))
    #expect(missing[2].contains("leads out"))
    #expect(missing[3].contains("\"notice\":\"the picture cannot be decoded"))
    #expect(missing.allSatisfy { !$0.contains(folder) }, "no path of the machine")
  }

  @Test("what stands first tells an archive from lines, and one line is not waited past")
  func told() throws {
    let line = Mutex(Array("{\"tokens\":[\"a\"]}\n".utf8))
    let slow = ByteStream { buffer in
      let bytes = line.withLock { line in
        defer { line = [] }
        return line
      }
      if bytes.isEmpty { throw ByteStreamError(name: "more than a line", code: 5) }
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
    #expect(try slow.records() is LineSource)
    let empty = ByteStream { _ in 0 }
    #expect(try empty.records() is LineSource)
  }
}
