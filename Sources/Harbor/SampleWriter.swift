import Corpora
import Dispatch
import Files
import Foundation
import Pictures
import Synchronization
import Tensors

/// Writes a sample of the harbour world as a dataset in Twinlens JSON Lines: `train.jsonl`,
/// `dev.jsonl`, `test.jsonl` with `images/`, and `captions/` (its own dataset) for the dual
/// encoder.
package struct SampleWriter: Sendable {
  /// How much to draw, and from which seed.
  package let recipe: SampleRecipe

  /// A writer for a recipe.
  package init(_ recipe: SampleRecipe) { self.recipe = recipe }

  /// One made post with its picture's file.
  struct Made: Sendable {
    let post: Post
    let jpeg: [UInt8]
  }

  /// Writes everything below `folder`.
  ///
  /// - Parameters:
  ///   - progress: called with the share that is done, 0 … 1, from any thread.
  ///   - change: takes the posts of a split and gives those that are written.
  /// - Throws: `DurableFileError` or `PictureError`.
  package func write(
    to folder: String, progress: @escaping @Sendable (Double) -> Void,
    change: ([Post]) -> [Post] = { $0 }
  ) throws {
    let total = Double(max(1, recipe.train + recipe.dev + recipe.test + recipe.captions))
    let done = Mutex(0)
    let step: @Sendable () -> Void = {
      let n = done.withLock { count in
        count += 1
        return count
      }
      if n % 100 == 0 { progress(Double(n) / total) }
    }
    for (split, count) in [(Split.train, recipe.train), (.dev, recipe.dev), (.test, recipe.test)]
    where count > 0 {
      try writeFile(split.rawValue, in: folder, count: count, step: step, change: change) { i in
        try post(split, i)
      }
    }
    if recipe.captions > 0 {
      try writeFile("all", in: folder + "/captions", count: recipe.captions, step: step) { i in
        try caption(i)
      }
    }
    try DurableFile.write(Data(settings.utf8), to: folder + "/dataset.toml")
    progress(1)
  }

  /// What `dataset.toml` says of the sample.
  var settings: String {
    """
    # Made by `twinlens sample`, seed \(recipe.seed). All people, places and posts are invented.
    name = "\(recipe.name)"
    types = ["PER", "LOC", "ORG", "MISC"]

    [guidelines]
    \(SampleGuidelines.lines.joined(separator: "\n"))

    """
  }

  private func writeFile(
    _ stem: String, in folder: String, count: Int, step: @escaping @Sendable () -> Void,
    change: ([Post]) -> [Post] = { $0 }, make: @Sendable @escaping (Int) throws -> Made
  ) throws {
    let images = folder + "/images"
    try FileManager.default.createDirectory(
      atPath: images, withIntermediateDirectories: true)
    let results = Mutex([Int: Result<Post, any Error>]())
    // Every post has its own generator, so the order in which they are made does not matter.
    DispatchQueue.concurrentPerform(iterations: count) { i in
      let result = Result {
        let made = try make(i)
        let path = images + "/" + (made.post.imageID ?? made.post.id) + ".jpg"
        try Data(made.jpeg).write(to: URL(fileURLWithPath: path))
        return made.post
      }
      results.withLock { $0[i] = result }
      step()
    }
    let posts = try results.withLock { all in try (0..<count).compactMap { try all[$0]?.get() } }
    try DurableFile.write(Data(JSONLines.bytes(of: change(posts))), to: folder + "/\(stem).jsonl")
  }

  func post(_ split: Split, _ i: Int) throws -> Made {
    var generator = SeededGenerator(
      seed: recipe.seed &* 1_000_003 &+ UInt64(i), stream: split.rawValue)
    let plan = PostPlan(&generator)
    let sentence = Sentence(plan, pairs: recipe.pairs, &generator)
    var shown: [String: String] = [:]
    let painter = ScenePainter(side: recipe.side)
    let picture: Picture
    if recipe.isCrowded {
      let crowd = plan.crowd(&generator)
      let painted = painter.paint(crowd: crowd, in: plan.setting, using: &generator)
      picture = painted.picture
      shown["beside"] = crowd.filter { $0 != plan.thing }.map(\.rawValue).joined(separator: " ")
      if let place = crowd.firstIndex(of: plan.thing) {
        shown["where"] = painted.places[place].description
      }
    } else {
      picture = painter.paint(plan.thing, in: plan.setting, using: &generator)
    }
    let id = "\(split.rawValue)-\(String(i + 100_000).dropFirst())"
    let post = Post(
      id: id, tokens: sentence.tokens.map { Token($0) }, imageID: id, mentions: sentence.mentions,
      relations: sentence.relations, split: split,
      attributes: [
        "imageAdds": plan.relatedness.imageAdds ? "yes" : "no",
        "textInImage": plan.relatedness.textInImage ? "yes" : "no",
        "relatedness": plan.relatedness.rawValue, "means": plan.kind.rawValue,
        "pictured": plan.thing.rawValue, "setting": plan.setting.rawValue,
      ].merging(shown) { $1 }, source: SourceLocation(file: "\(split.rawValue).jsonl", line: i + 1))
    return Made(post: post, jpeg: try picture.jpeg())
  }

  func caption(_ i: Int) throws -> Made {
    var generator = SeededGenerator(
      seed: recipe.seed &* 1_000_003 &+ UInt64(i), stream: "caption")
    let kind: Kind? = generator.chance(0.05) ? nil : generator.pick(Kind.allCases)
    let setting = generator.pick(Setting.allCases)
    let caption = Caption(kind, setting, &generator)
    let picture = ScenePainter(side: recipe.side).paint(
      kind?.thing ?? .empty, in: setting, using: &generator)
    let id = "caption-\(String(i + 100_000).dropFirst())"
    let post = Post(
      id: id, tokens: caption.tokens.map { Token($0) }, imageID: id, mentions: [], split: .all,
      attributes: [
        "pictured": (kind?.thing ?? .empty).rawValue, "setting": setting.rawValue,
      ],
      source: SourceLocation(file: "all.jsonl", line: i + 1))
    return Made(post: post, jpeg: try picture.jpeg())
  }
}
