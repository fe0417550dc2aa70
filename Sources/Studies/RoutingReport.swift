import Corpora
import Extractors
import Foundation
import Inspection
import Routing

/// Both experts on the sets that the router makes, and their union: RDS's tables for one dataset
/// and model set.
package struct RoutingReport: Sendable, Codable {
  /// What was scored: entities or relations.
  package let task: ExpertTask
  /// How tags were read: `lenient` or `strict`.
  package let reading: String
  /// The dataset's name.
  package let dataset: String
  /// The split scored: `train`, `dev`, `test` or `all`.
  package let split: String
  /// Names of the two experts and the router.
  package let models: Models
  /// What must stand beside these numbers, e.g. that regions leak; nil when nothing.
  package let mark: String?
  /// Scores by where the router sends posts.
  package let sets: Sets
  /// What p is worth.
  package let router: RouterNumbers
  /// How many posts each of the experts is right of, by where the router sends them.
  package let cells: Cells

  /// Numbers of posts by who is right of them: all labels that are asked for, and no other.
  package struct Cells: Sendable, Codable {
    /// The posts sent to the text expert.
    package let unimodal: Counts
    /// The posts sent to the multimodal expert.
    package let multimodal: Counts

    /// Numbers of posts of a set.
    package struct Counts: Sendable, Codable, Equatable {
      package let both: Int
      package let text: Int
      package let multimodal: Int
      package let neither: Int

      init(_ posts: [ExpertCounts]) {
        let cells = Dictionary(grouping: posts, by: \.cell).mapValues(\.count)
        both = cells[.both] ?? 0
        text = cells[.text] ?? 0
        multimodal = cells[.multimodal] ?? 0
        neither = cells[.neither] ?? 0
      }
    }
  }

  /// The systems that were compared.
  package struct Models: Sendable, Codable {
    /// Folder name of the text expert.
    package let text: String
    /// Folder name of the multimodal expert.
    package let multimodal: String
    /// What to call the router: its folder's name, and on what it was retrained.
    package let router: String
  }

  /// The posts routed to the text expert, to the multimodal one, and all.
  package struct Sets: Sendable, Codable {
    /// The posts sent to the text expert.
    package let unimodal: ExpertScores
    /// The posts sent to the multimodal expert.
    package let multimodal: ExpertScores
    /// All posts.
    package let full: FullScores
  }

  /// Both experts on one set.
  package struct ExpertScores: Sendable, Codable {
    /// Number of posts scored.
    package let posts: Int
    /// The text expert's score on them.
    package let text: Score
    /// The multimodal expert's score on them.
    package let multimodal: Score
  }

  /// Both experts and their union on all posts.
  package struct FullScores: Sendable, Codable {
    /// Number of posts scored.
    package let posts: Int
    /// The text expert's score on them.
    package let text: Score
    /// The multimodal expert's score on them.
    package let multimodal: Score
    /// The score when the router chooses the answer.
    package let union: Score
    /// The union if the router were gold `imageAdds`; nil where the dataset does not say.
    package let goldRouting: Score?
    /// The union if every post went to the expert that does better on it.
    package let oracle: Score
  }

  /// Percent, rounded to two decimals; nil where there is nothing to divide by.
  package struct Score: Sendable, Codable {
    /// Correct / predicted, percent; nil where nothing is predicted.
    package let precision: Double?
    /// Correct / gold, percent; nil where nothing is labelled.
    package let recall: Double?
    /// Harmonic mean of the two, percent; nil where nothing is predicted and nothing is labelled.
    package let f1: Double?
    /// Where 95 % of F1 lie when the posts are drawn again with replacement, percent.
    package let interval: Interval?

    /// Both ends of an interval.
    package struct Interval: Sendable, Codable {
      /// 2.5 % of the resamples are below.
      package let low: Double
      /// 2.5 % of the resamples are above.
      package let high: Double
    }

    /// The score of posts by their counts.
    init(_ posts: [MatchCounts]) {
      func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }
      let sum = posts.reduce(.zero, +)
      precision = sum.predicted > 0 ? percent(sum.precision) : nil
      recall = sum.gold > 0 ? percent(sum.recall) : nil
      f1 = sum.predicted + sum.gold > 0 ? percent(sum.f1) : nil
      interval = PostBootstrap.f1(of: posts).map {
        Interval(low: percent($0.low / 100), high: percent($0.high / 100))
      }
    }
  }

  /// What the router did.
  package struct RouterNumbers: Sendable, Codable {
    /// How well p separates the posts whose picture adds; nil where the dataset does not say.
    package let aucImageAdds: Double?
    /// Share of posts routed to the multimodal expert.
    package let fractionMultimodal: Double
  }

  /// Runs both experts and the router over a split of a dataset.
  ///
  /// - Parameter reading: lenient gold comes from the dataset as it was opened; strict gold and
  ///   predictions need a B at the beginning.
  /// - Throws: `StudyError` when a model or the split is missing; `RoutingError`.
  package init(
    _ dataset: Dataset, split: Split, models: Roster, reading: BIO.Reading,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws {
    let experts = models.routed
    guard let text = experts.text, let multimodal = experts.multimodal, let router = models.router
    else { throw StudyError.incompleteModels(models.folder, models.notices) }
    // A post without a pair asks relation experts nothing.
    let posts = (split == .all ? dataset.posts : dataset.posts(in: split)).filter {
      models.task == .entities || !$0.relations.isEmpty
    }
    guard !posts.isEmpty else {
      throw StudyError.emptySplit(split.rawValue, Set(dataset.posts.map(\.split.rawValue)).sorted())
    }
    try models.checkBoxes(posts, split: split)
    let judged =
      try models.judge(
        posts.map { models.see($0, of: dataset) }, models.task, by: .both, Asking(reading: reading)
      ) { done in
        progress(Double(done) / Double(posts.count))
        return true
      } ?? []
    let counts = zip(posts, judged).map { post, judgement in
      func counts(_ expert: any Expert) -> MatchCounts {
        judgement.labels[expert.name].map { MatchCounts($0, gold: post) } ?? .zero
      }
      return ExpertCounts(text: counts(text), multimodal: counts(multimodal))
    }
    self.init(
      zip(judged, zip(posts, counts)).map { judgement, post in
        ScoredPost(
          p: judgement.decision?.scores?.probability, route: judgement.decision?.route ?? .text,
          counts: post.1, imageAdds: post.0.imageAdds)
      },
      named: Models(text: text.name, multimodal: multimodal.name, router: router.title),
      task: models.task, dataset: dataset.name, split: split, reading: reading,
      mark: models.mark(of: multimodal) ?? models.mark(of: text))
  }

  /// The same of posts that a study of the dataset has already asked about; nil where it counted
  /// none of the split, or has no router.
  package init?(_ study: DatasetStudy, split: Split, models: Roster) {
    let counted = study.counted.filter { split == .all || $0.split == split }
    let experts = models.routed
    guard !counted.isEmpty, let text = experts.text, let multimodal = experts.multimodal,
      let router = models.router
    else { return nil }
    self.init(
      counted.map {
        ScoredPost(p: $0.p, route: $0.route, counts: $0.counts, imageAdds: $0.imageAdds)
      },
      named: Models(text: text.name, multimodal: multimodal.name, router: router.title),
      task: models.task, dataset: study.dataset, split: split, reading: .lenient,
      mark: models.mark(of: multimodal) ?? models.mark(of: text))
  }

  /// A post with its route, and what both experts make of it.
  private struct ScoredPost {
    /// nil where the router was not asked.
    let p: Float?
    let route: Route
    let counts: ExpertCounts
    let imageAdds: Bool?
  }

  private init(
    _ posts: [ScoredPost], named: Models, task: ExpertTask, dataset: String, split: Split,
    reading: BIO.Reading, mark: String?
  ) {
    let (routes, counts) = (posts.map(\.route), posts.map(\.counts))
    let adds = posts.map(\.imageAdds)
    let isGold = adds.contains { $0 != nil }
    let asked = posts.filter { $0.p != nil }
    let auc = RankStatistics.auc(scores: asked.compactMap(\.p), labels: asked.map(\.imageAdds))
    let fraction =
      Double(routes.count { $0 == .multimodal }) / Double(max(1, routes.count))
    self.task = task
    self.mark = mark
    self.reading = reading.rawValue
    self.dataset = dataset
    self.split = split.rawValue
    self.models = named
    func scores(_ side: Route) -> ExpertScores {
      let set = zip(routes, counts).filter { $0.0 == side }.map(\.1)
      return ExpertScores(
        posts: set.count, text: Score(set.map(\.text)), multimodal: Score(set.map(\.multimodal)))
    }
    func union(_ routes: [Route]) -> Score {
      Score(zip(routes, counts).map { $0 == .text ? $1.text : $1.multimodal })
    }
    sets = Sets(
      unimodal: scores(.text), multimodal: scores(.multimodal),
      full: FullScores(
        posts: counts.count, text: Score(counts.map(\.text)),
        multimodal: Score(counts.map(\.multimodal)), union: union(routes),
        goldRouting: isGold ? union(ReferenceRouting.gold(imageAdds: adds)) : nil,
        oracle: union(counts.oracleRoutes())))
    func cells(_ side: Route) -> Cells.Counts {
      Cells.Counts(zip(routes, counts).filter { $0.0 == side }.map(\.1))
    }
    self.cells = Cells(unimodal: cells(.text), multimodal: cells(.multimodal))
    self.router = RouterNumbers(
      aucImageAdds: auc.map { ($0 * 10_000).rounded() / 10_000 },
      fractionMultimodal: (fraction * 10_000).rounded() / 10_000)
  }
}

/// Why a study or evaluation cannot be made.
package enum StudyError: Error, CustomStringConvertible {
  case incompleteModels(String, [String])
  case emptySplit(String, [String])

  package var description: String {
    switch self {
    case .incompleteModels(let folder, let notices):
      "an evaluation needs a text expert, a multimodal expert and a router; \(folder) lacks one (`twinlens rds run` makes "
        + "all three; `twinlens predict --by NAME` and `twinlens score` judge one expert)"
        + (notices.isEmpty ? "" : ": " + notices.joined(separator: "; "))
    case .emptySplit(let split, let have):
      "the dataset has no posts in the split \(split); it has \(have.joined(separator: ", ")) (--split)"
    }
  }
}

extension Roster {
  /// Makes sure that experts which look at regions from files are given some of a split: scores of
  /// objects that are all missing would look like any others.
  ///
  /// - Throws: `TrainingError.noBoxesOf`.
  func checkBoxes(_ posts: [Post], split: Split) throws {
    guard needsBoxes, let boxes = eyes.boxes, !boxes.covers(posts) else { return }
    throw TrainingError.noBoxesOf(split: split.rawValue, files: boxes.description)
  }
}
