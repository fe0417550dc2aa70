import Corpora
import Extractors
import Inspection
import Routing

@testable import Workbench

extension Samples {
  /// What the study of the sample posts comes to.
  static func study(_ request: StudyRequest) -> PagedStudy {
    var subject = DatasetStudy.Subject(
      dataset: "harbor",
      routed: DatasetStudy.Routed(text: "bilstm-crf", multimodal: "riva"),
      experts: ["bilstm-crf", "riva"])
    (subject.split, subject.router) = (request.split, "rds")
    (subject.projected, subject.edited) = (4, request.edited.count)
    subject.experts[1] = TrainingCurve(
      expert: "riva",
      epochs: (1...6).map {
        ModelCard.Epoch(epoch: $0, loss: 2 / Double($0), dev: 80 - 30 / Double($0))
      })
    let places = posts.indices.filter {
      request.split == .all || posts[$0].split == request.split
    }
    let known = places.map { studied($0, request.edited[$0] ?? posts[$0]) }
    return PagedStudy(DatasetStudy(subject, known) ?? empty(subject))
  }

  private static func empty(_ subject: DatasetStudy.Subject) -> DatasetStudy {
    guard let study = DatasetStudy(subject, []) else { preconditionFailure("nothing stops it") }
    return study
  }

  private static func studied(_ index: Int, _ post: Post) -> StudiedPost {
    let known = Post(
      id: post.id, tokens: post.tokens, imageID: post.imageID, mentions: post.mentions,
      relations: post.relations, split: post.split,
      attributes: index < 4 ? ["imageAdds": index.isMultiple(of: 3) ? "yes" : "no"] : [:],
      source: post.source)
    var found = StudiedPost(index, known)
    found.decision = decision(index)
    let x: [[Float]] = [[1, 0, 0], [0.4, 0.6, 0], [0, 1, 0.2], [0.2, 0.2, 0.9], []]
    found.input = x[index].isEmpty ? nil : x[index]
    for answer in analysis(index).answers {
      found.labels[answer.expert] = answer.labels
      found.scalars += ShownScalar.all(of: answer)
    }
    found.words = [UnknownWords(model: "bilstm-crf", unknown: index, words: 10)]
    return found
  }
}
