import Dispatch
import Extractors
import Inspection
import Workbench

extension InferenceService {
  /// Looks into an expert's answer while other answers go on; what nobody waits for any more is
  /// ended.
  func lookBeside(_ question: WitnessQuestion) {
    // Key scripts see everything in the order in which they asked.
    guard !options.answersAll else { return look(question, tells: false) { true } }
    mailbox.begin()
    witnessQueue.async { [self] in
      let isWanted: @Sendable () -> Bool = { [self] in
        agenda.withLock { !$0.isStopped && !$0.isHidden && $0.wantedWitness == question }
      }
      if isWanted() { look(question, tells: true, isWanted) }
      mailbox.finish()
    }
  }

  /// - Parameter tells: whether it says on the way how far it is.
  private func look(
    _ question: WitnessQuestion, tells: Bool, _ isWanted: @Sendable () -> Bool
  ) {
    guard let post = dataset.post(id: question.post) else { return }
    let (models, failure) = loaded
    guard let models, let expert = models.experts.first(where: { $0.name == question.expert })
    else {
      return mailbox.post(
        .witnessed(question, .failed(failure ?? "\(question.expert) is not open")))
    }
    let clock = ContinuousClock()
    let start = clock.now
    var told = start
    do {
      let found = try Witnesses(expert, models.see(post, of: dataset)) { done, total in
        let now = clock.now
        if tells, told.duration(to: now) > .milliseconds(250) {
          told = now
          let spent = start.duration(to: now) / .seconds(1)
          mailbox.post(
            .witnessed(
              question,
              .asking(
                done: done, of: total,
                secondsLeft: done > 2 ? spent / Double(done) * Double(total - done) : nil)))
        }
        return isWanted()
      }
      mailbox.post(.witnessed(question, .found(found)))
    } catch is CancellationError {
      return
    } catch {
      mailbox.post(.witnessed(question, .failed("\(error)")))
    }
  }
}
