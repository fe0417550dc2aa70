import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// What an expert answers.
package enum ExpertTask: String, Sendable, Hashable, Codable, CaseIterable {
  /// Mentions with their types.
  case entities = "ner"
  /// A relation for each pair of mentions.
  case relations = "re"

  /// What is answered, in the plural.
  package var subject: String { self == .entities ? "mentions" : "relations" }
}

/// A trained model folder at work: the one door to all experts. May be used from several threads at
/// once.
package protocol Expert: WordReading {
  /// What it is, what it sees and where it came from.
  var card: ModelCard { get }
  /// What it answers for many posts, without anything that leads to it.
  ///
  /// - Throws: `ExpertError` when a sight is missing; `EncoderInputError`.
  func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels]
  /// What it answers for one post with everything it shows (MODELS §9).
  ///
  /// - Parameter taps: values to put in place at named taps.
  /// - Throws: as `labels(of:_:)`.
  func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content
  /// Gradient × input of its answer: one for mentions, one for each pair of relations.
  ///
  /// - Throws: `NoGradient` where its network keeps nothing that a gradient could flow through;
  ///   as `labels(of:_:)`.
  func gradients(of post: SeenPost) throws -> [InputGradient]
}

extension Expert {
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    throw NoGradient(
      description: "\(name) is open for answers alone, and keeps nothing that a gradient could "
        + "flow back through")
  }

  /// The folder's name.
  package var name: String { card.name }
  /// What it answers.
  package var task: ExpertTask { card.task }
  /// Whether it looks at pictures.
  package var seesPicture: Bool { card.seesPicture }
  /// Whether regions that somebody draws change what it sees.
  package var takesRegions: Bool { card.takesRegions || needsBoxes }
  /// Whether it looks at regions from files.
  package var needsBoxes: Bool {
    card.sights.contains {
      switch $0 {
      case .boxes, .crops(.files, _), .frames(.files, _): true
      default: false
      }
    }
  }

  /// What it answers for a post with something changed. A failure is an answer with its reason.
  ///
  /// - Parameter other: finds the posts whose pictures are swapped in.
  package func ask(
    _ post: SeenPost, under interventions: [Intervention] = [],
    other: (Post.ID) -> SeenPost? = { _ in nil }
  ) -> Answer {
    do {
      let content = try answer(post.changed(interventions, other: other), interventions.taps)
      return Answer(expert: name, seesPicture: seesPicture, content.map(card.ranked))
    } catch let error as ExpertError {
      return Answer(expert: name, seesPicture: seesPicture, .failed("\(error.naming(name))"))
    } catch {
      return Answer(expert: name, seesPicture: seesPicture, .failed("\(error)"))
    }
  }

  /// Lenient mentions, or relations, of many posts.
  package func labels(of posts: [SeenPost]) throws -> [Labels] { try labels(of: posts, Asking()) }
}

extension Answer.Content {
  /// The same with every trace changed.
  func map(_ change: (Trace) -> Trace) -> Answer.Content {
    switch self {
    case .mentions(let found): .mentions(found.replacing(trace: change(found.trace)))
    case .relations(let found):
      .relations(
        RelationAnswers(
          expert: found.expert, labels: found.labels,
          answers: found.answers.map { $0.replacing(trace: change($0.trace)) }))
    case .failed: self
    }
  }
}

/// Opening whatever expert a folder holds.
package enum ExpertFolder {
  /// Opens an expert by its folder.
  ///
  /// - Throws: `ModelFolderError`, also when the folder holds no expert; what the models throw.
  package static func open(_ folder: String) throws -> any Expert {
    let id = try ModelFolder.system(of: folder)
    guard let system = System.named(id) else {
      throw ModelFolderError(
        folder: folder,
        problem: "holds the system \(id.prefix(40)), which is no expert; experts are "
          + System.all.map(\.id).joined(separator: ", "),
        advice: "name the folder of one")
    }
    return try system.open(folder)
  }
}

/// A question that an expert cannot answer.
package enum ExpertError: Error, Hashable, CustomStringConvertible {
  /// It was asked for what it does not do.
  case otherTask(expert: String, answers: ExpertTask, asked: ExpertTask)
  /// It looks at pictures and got none.
  case noRegions(expert: String, post: String, source: String)
  /// It looks at regions from a file, and none is open.
  case noBoxes(expert: String)

  /// The same about an expert by its name.
  package func naming(_ expert: String) -> ExpertError {
    switch self {
    case .noRegions(_, let post, let source):
      .noRegions(expert: expert, post: post, source: source)
    case .noBoxes: .noBoxes(expert: expert)
    case .otherTask: self
    }
  }

  package var description: String {
    switch self {
    case .otherTask(let expert, let answers, let asked):
      "\(expert) answers the task \(answers.rawValue), not \(asked.rawValue); choose another expert"
    case .noRegions(let expert, let post, let source):
      "\(expert) needs the picture of post \(post.debugDescription) as the encoder "
        + "\(source.debugDescription) sees it; put that folder beside the expert's (in a training, "
        + "name it with --pictures)"
    case .noBoxes(let expert):
      "\(expert) looks at regions from a file, and none is open; name it with --boxes"
    }
  }
}
