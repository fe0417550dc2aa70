import Corpora
import Extractors
import Foundation

extension ModelSet {
  /// What words of a post each model that is loaded does not know: experts first, then the router's
  /// encoder.
  public func unknownWords(of post: Post) -> [UnknownWords] {
    readers.map { $0.unknownWords(in: [post.tokens.map(\.text)]) }
  }

  /// A sentence for a dataset of whose words the models know little; nil when they know most.
  public func warning(ofWordsIn dataset: Dataset) -> String? {
    // Evenly spread, so that a large dataset does not hold the first answer.
    let step = max(1, dataset.posts.count / Self.sampledPosts)
    let posts = stride(from: 0, to: dataset.posts.count, by: step).map {
      dataset.posts[$0].tokens.map(\.text)
    }
    let all = readers.map { $0.unknownWords(in: posts) }
    guard let most = all.max(by: { $0.share < $1.share }), most.share >= Self.strangeShare
    else { return nil }
    let percent = Int((100 * most.share).rounded())
    guard let origin = trainedOn(most.model) else {
      return "\(most.model) does not know \(percent)% of the words here"
    }
    return "\(most.model) was trained on \(origin); \(percent)% of the words here are unknown to it"
  }

  /// Names of the data that a model folder was trained on, as its provenance tells.
  private func trainedOn(_ model: String) -> String? {
    let names =
      FileManager.default.contents(atPath: "\(folder)/\(model)/provenance.json")
      .flatMap { try? JSONDecoder().decode(Provenance.self, from: $0) }?.data.keys.sorted() ?? []
    return names.isEmpty ? nil : names.prefix(3).joined(separator: " and ")
  }

  private var readers: [any WordReading] {
    [text, multimodal, textRelations, multimodalRelations].compactMap(\.self)
      + [router == nil ? nil : dual].compactMap(\.self)
  }

  private static let sampledPosts = 1000
  /// From a third on, the answers are about other language than the models learned.
  private static let strangeShare: Float = 1.0 / 3
}
