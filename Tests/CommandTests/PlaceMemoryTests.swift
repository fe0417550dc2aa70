import Annotations
import Corpora
import Foundation
import Testing
import Workbench

@testable import Services

/// Where somebody stopped, on the disk, and what is told of the time since.
@Suite("Stopping places") struct PlaceMemoryTests {
  private let folder: TemporaryFolder
  private let dataset: Dataset

  init() throws {
    folder = try TemporaryFolder()
    dataset = try Dataset.open(try SmallDataset.make(in: folder))
  }

  private func memory(_ annotator: String = "ada", store: String = "s.sqlite") -> PlaceMemory {
    PlaceMemory(
      dataset, StoreLocation(path: folder.path + "/" + store, reason: .named),
      annotator: annotator, environment: ["XDG_STATE_HOME": folder.path + "/state"])
  }

  private let place = StoppingPlace(post: "post-2", token: 3, query: "ferry -state:accepted")

  @Test("what is kept is read again, for each annotator and store")
  func roundTrip() throws {
    let kept = PlaceMemory.Kept(annotator: "ada", place: place, seen: 214, time: 1_700_000_000_000)
    #expect(memory().read() == nil)
    memory().write(kept)
    #expect(memory().read() == kept)
    #expect(memory("bo").read() == nil)
    #expect(memory(store: "other.sqlite").read() == nil)
    // Names that look alike in a file name are told apart.
    #expect(Set(["a/b", "a b", "a_b", "", "é"].map { memory($0).path }).count == 5)
    #expect(memory("../../x").path.hasPrefix(folder.path + "/state/twinlens/places/"))
    #expect(!memory("../../x").path.contains(".."))
  }

  @Test(
    "what was not written here is nothing",
    arguments: [
      "", "{}", "[1]", "null", "{\"version\":1}",
      #"{"annotator":"bo","seen":1,"time":1,"version":1}"#,
      #"{"annotator":"ada","seen":1,"time":1,"version":2}"#,
      #"{"annotator":"ada","seen":-1,"time":1,"version":1}"#,
      #"{"annotator":"ada","seen":1,"time":-1,"version":1}"#,
      #"{"annotator":"ada","seen":1e99,"time":1,"version":1}"#,
      #"{"annotator":"ada","place":{"post":"","token":0},"seen":1,"time":1,"version":1}"#,
      #"{"annotator":"ada","place":{"post":"p","token":-1},"seen":1,"time":1,"version":1}"#,
      #"{"annotator":"ada","place":7,"seen":1,"time":1,"version":1}"#,
      String(repeating: " ", count: 20_000), String(repeating: "[", count: 10_000),
    ])
  func hostile(_ text: String) throws {
    let path = memory().path
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(memory().read() == nil)
  }

  @Test("places are kept a while after a move and at the end")
  func keeping() throws {
    let keeper = PlaceKeeper(memory(), annotator: "ada", seen: 7, seconds: 0.05)
    keeper.note(place)
    let deadline = ContinuousClock.now + .seconds(20)
    while memory().read() == nil, ContinuousClock.now < deadline { usleep(10_000) }
    // Who is stopped hard has seen no more than before.
    #expect(memory().read()?.place == place && memory().read()?.seen == 7)
    let last = StoppingPlace(post: "post-4", token: 1)
    keeper.note(last)
    keeper.finish(last, seen: 9)
    #expect(memory().read()?.place == last && memory().read()?.seen == 9)
    keeper.note(place)
    usleep(200_000)
    #expect(memory().read()?.place == last, "nothing comes after the end")
  }

  @Test("a move writes nothing at once")
  func noHurry() throws {
    let keeper = PlaceKeeper(memory("bo"), annotator: "bo", seen: 0, seconds: 3_600)
    keeper.note(place)
    #expect(memory("bo").read() == nil)
    keeper.finish(place, seen: 0)
    #expect(memory("bo").read()?.place == place)
  }

  @Test("of too many places the oldest are forgotten")
  func bounded() throws {
    let places = (memory().path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: places, withIntermediateDirectories: true)
    for i in 0..<PlaceMemory.mostFiles + 4 {
      try "{}".write(toFile: "\(places)/old-\(i).json", atomically: false, encoding: .utf8)
      var times = [
        timeval(tv_sec: 1_000_000 + i, tv_usec: 0), timeval(tv_sec: 1_000_000 + i, tv_usec: 0),
      ]
      utimes("\(places)/old-\(i).json", &times)
    }
    memory().write(PlaceMemory.Kept(annotator: "ada", place: nil, seen: 0, time: 0))
    let names = try FileManager.default.contentsOfDirectory(atPath: places)
    #expect(names.count == PlaceMemory.mostFiles)
    #expect(!names.contains("old-4.json") && names.contains("old-5.json"))
    #expect(memory().read() != nil)
  }

  // MARK: What others did

  private func person(_ name: String, accepted: Int, changed: Int) throws -> [Step] {
    var history = EditHistory()
    for (i, post) in dataset.posts.prefix(accepted + changed).enumerated() {
      let edit =
        i < accepted
        ? Edit.reviewing(post, from: .untouched)
        : Edit.setting(.miscellaneous, over: 0..<1, in: post)
      try history.apply(#require(edit), to: post, by: name)
    }
    return history.steps
  }

  private func sentence(_ people: [(String, accepted: Int, changed: Int)]) throws -> String? {
    var steps: [Step] = []
    for (name, accepted, changed) in people {
      for step in try person(name, accepted: accepted, changed: changed) {
        steps.append(
          Step(
            sequence: Int64(steps.count + 1), post: step.post, file: step.file,
            postHash: step.postHash, tokensHash: step.tokensHash, annotator: step.annotator,
            time: step.time, kind: step.kind, name: step.name))
      }
    }
    var history = EditHistory()
    _ = history.takeUp(AnnotationStore.Others(steps), under: []) { dataset.post(id: $0) }
    return UnreadWords.sentence(
      history.changes(after: 0, byOthersThan: "ada"), since: "yesterday 17:04")
  }

  @Test("others' work is told in one sentence")
  func words() throws {
    let end = " since yesterday 17:04; /since:me lists them"
    #expect(try sentence([]) == nil)
    #expect(try sentence([("ada", 3, 1)]) == nil)
    #expect(try sentence([("bo", 2, 3)]) == "bo accepted 2 posts and changed 3" + end)
    #expect(try sentence([("bo", 1, 0)]) == "bo accepted 1 post" + end)
    #expect(
      try sentence([("bo", 0, 1), ("cy", 3, 0)]) == "cy accepted 3 posts, bo changed 1" + end)
    let many = try sentence([("a", 1, 0), ("b", 1, 0), ("c", 1, 0), ("d", 1, 0), ("e", 1, 0)])
    #expect(
      many == "a accepted 1 post, b accepted 1, c accepted 1, 2 more people did something" + end)
    let long = try sentence([(String(repeating: "x", count: 500), 1, 0)])
    #expect(long?.count == 40 + " accepted 1 post".count + end.count)
  }

  @Test("a moment is told as people do")
  func moments() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    // 2026-03-01 09:30:00
    let now = Date(timeIntervalSince1970: 1_772_357_400)
    func moment(_ seconds: Double) -> String {
      UnreadWords.moment(1_772_357_400 - seconds, now: now, calendar)
    }
    #expect(moment(60) == "09:29")
    #expect(moment(10 * 3600) == "yesterday 23:30")
    #expect(moment(33 * 3600) == "yesterday 00:30")
    #expect(moment(34 * 3600) == "2026-02-27 23:30")
  }
}
