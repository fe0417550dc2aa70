import Annotations
import Foundation
import Screen
import Synchronization
import Tensors
import Workbench

/// All that works for a workbench behind the screen: store, models, pictures, router training.
/// Effects go in, messages come out of the mailbox. Used from the main thread.
package final class WorkbenchServices {
  /// Where answers wait for the loop.
  package let mailbox: Mailbox
  /// What draws pictures.
  package let pictures: PictureService
  /// What asks and trains the models.
  package let inference: InferenceService
  /// What finds out what queries need of many posts.
  package let facts: FactService
  private let session: Session
  /// Where steps are appended: the session's store, until the history is saved elsewhere.
  private let store: Current
  private var box: Size?

  /// Services for a session. `isScript` makes them answer everything in order, so that runs are
  /// equal.
  package init(_ session: Session, style: PictureService.Style, isScript: Bool = false) {
    self.session = session
    store = Current(session.store)
    mailbox = Mailbox()
    pictures = PictureService(
      session.dataset, style: style, answersAll: isScript, mailbox: mailbox)
    var options = InferenceService.Options()
    options.answersAll = isScript
    if isScript { options.warmPosts = 0 }
    inference = InferenceService(session, options: options, mailbox: mailbox)
    facts = FactService(
      session.dataset, inference: inference, folder: session.location.path + "-answers",
      mailbox: mailbox)
  }

  /// Begins to carry an effect out. Those that concern the terminal are not for here.
  package func perform(_ effect: Effect) {
    switch effect {
    case .commit(let step): commit(step)
    case .saveHistory(let steps, let path): save(steps, to: path)
    case .goldChanged(let post, let review): inference.goldChanged(post, review)
    case .analyse(let post, let neighbours):
      inference.analyse(post, neighbours: neighbours)
      if let box { pictures.lookAhead(neighbours, box: box) }
    case .explain(let post): inference.explain(post)
    case .askWithRegions(let question): inference.ask(question)
    case .lookAt(let request): facts.look(for: request)
    case .renderPicture(let request):
      box = request.box
      pictures.render(request)
    case .train: inference.train()
    case .trainAutomatically(let isOn): inference.setTraining(automatic: isOn)
    case .installCandidate: inference.install()
    case .rollBack: inference.rollBack()
    case .resume, .redraw, .suspend, .bell, .quit: break
    }
  }

  private func commit(_ step: Step) {
    mailbox.begin(commit: true)
    store.value.withLock { $0 }.append(step) { [mailbox] result in
      switch result {
      case .success(let sequence):
        mailbox.finish([.committed(sequence: sequence)], commit: true)
      case .failure(let error):
        mailbox.finish(
          [.commitFailed(sequence: step.sequence, reason: error.problem)], commit: true)
      }
    }
  }

  private func save(_ steps: [Step], to path: String) {
    let path = (path as NSString).expandingTildeInPath
    mailbox.begin(commit: true)
    DispatchQueue.global(qos: .userInitiated).async { [mailbox, store] in
      do {
        let new = try AnnotationStore.writing(steps, to: path)
        store.value.withLock { $0 = new }
        let last = steps.last?.sequence ?? 0
        mailbox.finish([.historySaved(path: path, last: last)], commit: true)
      } catch {
        mailbox.finish([.historyNotSaved(reason: "\(error)")], commit: true)
      }
    }
  }

  private final class Current: Sendable {
    let value: Mutex<AnnotationStore>
    init(_ store: AnnotationStore) { value = Mutex(store) }
  }

  /// Lets background work end; waits only for edits on their way to the disk.
  /// - Returns: the answers to these.
  @discardableResult
  package func shutDown() -> [Message] {
    inference.shutDown()
    facts.shutDown()
    var answers = mailbox.takeCommits()
    while mailbox.isCommitting {
      mailbox.waitForCommit()
      answers += mailbox.takeCommits()
    }
    return answers
  }
}
