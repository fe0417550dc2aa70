import Corpora
import Extractors
import Foundation
import Pictures
import Routing
import Tensors
import Testing

@testable import Studies

/// x of posts by their ids.
struct TableEmbedding: RouterEmbedding {
  let name: String
  let dimensions = 2
  let table: [String: [Float]]

  func products(
    _ posts: [Post], of dataset: Dataset, progress: (Int) -> Bool
  ) throws -> [[Float]?]? {
    posts.map { table[$0.id] }
  }
}

/// A dataset whose posts say in their ids which expert is right on them.
struct RDSPlace {
  let folder: String
  let dataset: Dataset
  let table: [String: [Float]]

  /// Writes the posts; with `pictures`, each names one of three pictures that are there.
  init(pairs: Bool = false, pictures: Bool = false) throws {
    folder = NSTemporaryDirectory() + "rds-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder + (pictures ? "/data/images" : "/data"), withIntermediateDirectories: true)
    for i in 0..<(pictures ? 3 : 0) {
      try Self.draw(UInt8(80 * i), folder + "/data/images/p\(i).png")
    }
    var table: [String: [Float]] = [:]
    var generator = SeededGenerator(seed: 4)
    for (split, count) in [("train", 120), ("dev", 40), ("test", 60)] {
      var lines = ""
      for i in 0..<count {
        let id = "\(split)-\(i)"
        let adds = i % 2 == 0
        let relations =
          pairs ? #"[{"head":[0,1],"tail":[2,3],"label":"/per/org/member_of"}]"# : "[]"
        let image = pictures ? #""image":"p\#(i % 3)","# : ""
        lines +=
          #"{"id":"\#(id)",\#(image)"tokens":["Ann","at","Acme"],"mentions":[{"start":0,"#
          + #""end":1,"type":"PER"},{"start":2,"end":3,"type":"ORG"}],"relations":\#(relations),"#
          + #""attributes":{"imageAdds":"\#(adds ? "yes" : "no")"}}"# + "\n"
        table[id] = [(adds ? 0.4 : -0.4) + generator.normal() * 0.05, generator.normal() * 0.1]
      }
      try Data(lines.utf8).write(to: URL(fileURLWithPath: folder + "/data/\(split).jsonl"))
    }
    dataset = try Dataset.open(folder + "/data")
    self.table = table
  }

  /// Writes a picture of one shade.
  static func draw(_ shade: UInt8, _ path: String) throws {
    let picture = Picture(width: 8, height: 8, color: RGB(shade, shade, shade))
    try Data(try picture.png()).write(to: URL(fileURLWithPath: path))
  }

  /// An expert that is right where it should be, three times out of four elsewhere.
  struct Expert: RDSExpert {
    let isMultimodal: Bool
    let devF1 = 80.0

    func counts(
      _ units: [RoutedUnit], under interventions: @escaping @Sendable (Post) -> [Intervention]
    ) -> [MatchCounts] {
      units.enumerated().map { i, unit in
        let right = unit.imageAdds == isMultimodal || i % 4 == 3
        return unit.pair == nil
          ? MatchCounts(correct: right ? 2 : 1, predicted: 2, gold: 2)
          : MatchCounts(
            answer: right ? unit.post.relations[0].label : "None",
            gold: unit.post.relations[0].label)
      }
    }
  }

  /// An expert that takes no time; `made` is told of each training.
  func recipe(
    _ name: String, task: ExpertTask = .entities, pictures: Bool,
    made: @escaping @Sendable (RDSTrainingJob) -> Void = { _ in }
  ) -> RDSExpertRecipe {
    RDSExpertRecipe(name: name, task: task, needsPictures: pictures) { job in
      #expect(job.dev.count == 40)
      made(job)
      return Expert(isMultimodal: pictures)
    }
  }

  func settings(_ task: ExpertTask = .entities) -> RDSSettings {
    let grid = RouterGrid(rates: [1e-2], batchSizes: [16], alphas: [0.5])
    var settings = RDSSettings(task: task, text: "a", multimodal: "b", grid: grid)
    for i in settings.routers.indices { settings.routers[i].base.iterations = 60 }
    settings.resamples = 100
    return settings
  }

  /// Runs the protocol into `out`; the dataset, the router's inputs and the material may be others.
  func run(
    _ task: ExpertTask = .entities, _ seeds: [UInt64] = [1, 2], settings: RDSSettings? = nil,
    dataset: Dataset? = nil, table: [String: [Float]]? = nil, material: [String: String] = [:],
    out: String = "out", made: @escaping @Sendable (RDSTrainingJob) -> Void = { _ in }
  ) throws -> [RDSSeedResult] {
    var run = try RDSRun(
      settings: settings ?? self.settings(task), dataset: dataset ?? self.dataset,
      text: recipe("a", task: task, pictures: false, made: made),
      multimodal: recipe("b", task: task, pictures: true, made: made),
      embedder: TableEmbedding(name: "table", table: table ?? self.table),
      folder: folder + "/" + out, observe: { _ in true })
    run.material = material
    return try run.run(seeds: seeds)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
