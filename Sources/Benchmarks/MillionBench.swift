import Annotations
import Corpora
import Foundation
import Screen
import Services
import Tensors
import Workbench

/// A million posts: opening them, keys, queries, a hundred thousand edits, and an export.
package enum MillionBench {
  private static let posts = 1_000_000
  private static let edits = 100_000

  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let dataset = try LargeDataset.write(into: setting.folder, posts: posts)
    return try start(setting, dataset) + keys(setting, dataset)
      + QueryBench.rows(setting, posts: posts, limit: 200, memory: 1_200)
      + history(setting, dataset)
  }

  /// The other formats of text, beside the first: what reading each takes.
  private static func start(_ setting: BenchSetting, _ dataset: String) throws -> [BenchRow] {
    var rows = try StartBench.large(setting, posts: posts, limit: 3_000, memory: 1_200)
    for format in [DataFormat.jsonLines, .huggingFace] {
      let folder = setting.folder + "/million-\(format.name)"
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let text = try format.bytes(of: try Dataset.open(dataset).posts)
      try Data(text).write(to: URL(fileURLWithPath: folder + "/train.jsonl"))
      let other = try StartBench.opening(
        folder, store: setting.folder + "/million-\(format.name).sqlite", times: 3)
      rows.append(
        BenchRow(
          what: "start to first frame, 1,000,000 posts, \(format.title)",
          budget: Budget(statistic: .median, limit: 3_000), figures: other.times,
          note: String(
            format: "resident %.0f MB", other.memory.value(.most) ?? 0)))
      try? FileManager.default.removeItem(atPath: folder)
    }
    return rows
  }

  private static func keys(_ setting: BenchSetting, _ dataset: String) throws -> [BenchRow] {
    let times = try KeyBench.measure(
      setting, columns: 120, rows: 36, trains: false, dataset: dataset)
    return [
      BenchRow(
        what: "key to frame at 120×36, 1,000,000 posts",
        budget: Budget(statistic: .p99, limit: 16), figures: Figures(times.all),
        note: times.parts)
    ]
  }

  /// The store of five annotators, opened with a snapshot and without, and exported.
  private static func history(_ setting: BenchSetting, _ path: String) throws -> [BenchRow] {
    let dataset = try Dataset.open(path)
    let place = setting.folder + "/million-edits.sqlite"
    try Self.write(EditedPosts.steps(edits, over: dataset), to: place)
    let location = try StoreLocation.resolve(dataset: dataset, explicit: place)
    let folds = FoldFolder(path: setting.folder + "/folds")
    func open(_ folds: FoldFolder?) throws -> Figures {
      try Stopwatch.figures(times: 3, seconds: 20) { _ in
        try Stopwatch.milliseconds {
          _ = try AnnotationStore.open(location, over: dataset, folds: folds)
        }
      }
    }
    let whole = try open(nil)
    try folds.keepNow(AnnotationStore(path: place), over: dataset)
    let snapshot = try open(folds)
    var rows = [
      BenchRow(
        what: "100,000 edits of 1,000,000 posts, opened with a snapshot",
        budget: Budget(statistic: .median, limit: 1_000), figures: snapshot),
      BenchRow(
        what: "100,000 edits of 1,000,000 posts, replayed one by one",
        budget: Budget(statistic: .median), figures: whole),
    ]
    for format in [nil, "twinlens", "huggingface"] {
      rows += try export(setting, path, place, format)
    }
    return rows
  }

  private static func write(_ steps: [Step], to path: String) throws {
    _ = try AnnotationStore.writing(steps, to: path)
  }

  /// An export in a process of its own.
  private static func export(
    _ setting: BenchSetting, _ dataset: String, _ store: String, _ format: String?
  ) throws -> [BenchRow] {
    let out = setting.folder + "/out-\(format ?? "own")"
    defer { try? FileManager.default.removeItem(atPath: out) }
    let start = ContinuousClock.now
    let terminal = try PseudoTerminal(
      ["annotations", "export", dataset, "--store", store, "--out", out]
        + (format.map { ["--format", $0] } ?? []), columns: 80, rows: 24)
    try terminal.waitForEnd(seconds: 120)
    let peak = terminal.peakMegabytes()
    let name = format.map { "also as \($0)" } ?? "its own format"
    let what = "export of 1,000,000 posts with 100,000 edits, \(name)"
    return [
      BenchRow(
        what: what, budget: Budget(statistic: .most),
        figures: Figures([Stopwatch.milliseconds(since: start)])),
      BenchRow(
        what: "\(what), peak memory",
        budget: Budget(statistic: .most, limit: 1_200, unit: .megabytes),
        figures: Figures([peak].compactMap(\.self))),
    ]
  }
}

/// A history such as a team leaves: mentions set and cleared, posts accepted, relations, and some
/// of it taken back and repeated.
package enum EditedPosts {
  private static let annotators = ["ann", "bo", "cy", "dee", "eli"]
  private static let types: [EntityType] = [.person, .location, .organization, .miscellaneous]

  /// So many steps over a dataset; the same in every run.
  package static func steps(_ count: Int, over dataset: Dataset) throws -> [Step] {
    var generator = SeededGenerator(seed: 2, stream: "edits")
    var history = EditHistory()
    while history.nextSequence <= Int64(count) {
      let name = generator.pick(annotators)
      let time = 1_700_000_000_000 + history.nextSequence * 4_000
      let kind = generator.index(below: 20)
      if kind == 0 {
        history.undo(by: name, of: name, at: time)
        if generator.index(below: 3) == 0 { history.redo(by: name, of: name, at: time) }
        continue
      }
      let base = dataset.posts[generator.index(below: dataset.posts.count)]
      let post = history.annotated(base)
      let word = generator.index(below: post.tokens.count)
      let edit: Edit? =
        switch kind {
        case 1, 2:
          Edit.relating(
            head: word..<(word + 1), tail: 0..<1, label: "/per/org/member_of", in: post)
        case 3...8: .reviewing(base, from: history.labels(of: base).review)
        case 9: .clearing(word..<(word + 1), in: post)
        default: .setting(generator.pick(types), over: word..<(word + 1), in: post)
        }
      if let edit { try history.apply(edit, to: base, by: name, at: time) }
    }
    return history.steps
  }
}
