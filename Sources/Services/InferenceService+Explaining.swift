import Inspection
import Workbench

extension InferenceService {
  /// Computes and posts why a post was routed as it was.
  func giveReasons(_ id: String) {
    guard let post = dataset.post(id: id) else { return }
    let (models, failure, known) = memory.withLock { memory in
      (memory.models, memory.failure, memory.answers.value(id)?.analysis)
    }
    guard let models, let read = models.read(post, of: dataset),
      let explanation = models.explainRoute(
        post, read, known ?? models.analyse(post, read), of: dataset)
    else {
      let reason = failure ?? "no router is in use, so there is nothing to explain"
      return mailbox.post(.explanationFailed(post: id, reason: reason))
    }
    mailbox.post(.explained(explanation))
  }
}
