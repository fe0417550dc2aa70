import Corpora
import Extractors
import Pictures
import Routing
import Synchronization

extension Roster {
  /// Who is asked, as it is said on a command line.
  package enum Asked: Sendable, Hashable {
    /// The expert that the router chooses for each post.
    case router
    /// The text expert, whatever the router says.
    case text
    /// The multimodal expert, whatever the router says.
    case multimodal
    /// The expert of a name.
    case expert(String)

    /// `router`, `text`, `multimodal`, or an expert's name.
    package init(_ word: String) {
      switch word {
      case "router": self = .router
      case "text": self = .text
      case "multimodal": self = .multimodal
      default: self = .expert(word)
      }
    }
  }

  /// Who answers a task.
  ///
  /// - Throws: `JudgingError` when there is nobody.
  package func answerer(_ asked: Asked, for task: ExpertTask) throws -> Answerer {
    switch asked {
    case .router: return .router
    case .expert(let name): return .expert(name)
    case .text, .multimodal:
      let route = asked == .text ? Route.text : .multimodal
      let pair = pair(task)
      guard let expert = route == .text ? pair.text : pair.multimodal else {
        throw JudgingError.noExpert(folder, task, route, notices)
      }
      return .expert(expert.name)
    }
  }

  /// One post as it is asked about by itself. Nothing of its picture is remembered for others.
  ///
  /// - Parameters:
  ///   - file: where its picture is on disk; nil for one that is not.
  ///   - bytes: the picture's file; nil for a post that names none.
  package func seeAlone(
    _ post: Post, file: String?,
    picture bytes: (@Sendable () -> Result<[UInt8], PictureFolder.Absence>)?
  ) -> LonePost {
    let looked = LookedAt()
    let seen = eyes.seeOnce(post, file: file) { purpose in
      guard let bytes else {
        return .failure(PictureNotice(sentence: "the post names no picture"))
      }
      return looked.picture(purpose) {
        bytes().mapError { PictureNotice(sentence: $0.description) }.flatMap { bytes in
          do { return .success(try Picture.decode(bytes, for: purpose).picture) } catch {
            return .failure(PictureNotice(sentence: "the picture cannot be decoded: \(error)"))
          }
        }
      }
    }
    return LonePost(seen: seen, looked: looked)
  }

  /// What is found out about one post by itself.
  ///
  /// Nothing of it depends on other posts. In a batch it would: products of matrices of other sizes
  /// add up in another order, and the last digits of confidences differ.
  ///
  /// - Throws: as `judge`.
  package func judge(
    _ post: LonePost, _ task: ExpertTask, by answerer: Answerer
  ) throws -> Judgement {
    try judge([post.seen], task, by: answerer, Asking(confidences: true))?.first ?? Judgement()
  }
}

/// A post that is asked about by itself.
package struct LonePost: Sendable {
  /// As the models see it.
  package let seen: SeenPost
  fileprivate let looked: LookedAt

  /// Why the picture that it names could not be looked at, in words that are the same on every
  /// machine; nil where it could, or where nobody looked.
  package var notice: String? { looked.failure }
}

/// What became of a picture when somebody looked at it. Router and expert look one after the other,
/// and it is decoded once; it goes with its post.
private final class LookedAt: Sendable {
  private typealias Looked = (purpose: DecodingPurpose, found: Result<Picture, PictureNotice>)
  private let held = Mutex<Looked?>(nil)

  func picture(
    _ purpose: DecodingPurpose, _ decode: () -> Result<Picture, PictureNotice>
  ) -> Result<Picture, PictureNotice> {
    if let known = held.withLock({ $0 }), known.purpose == purpose { return known.found }
    let found = decode()
    held.withLock { $0 = (purpose, found) }
    return found
  }

  var failure: String? {
    if case .failure(let notice) = held.withLock({ $0?.found }) { notice.sentence } else { nil }
  }
}
