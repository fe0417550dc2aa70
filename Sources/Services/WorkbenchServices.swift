import Annotations
import Foundation
import Screen
import Tensors
import Workbench

/// All that works for a workbench behind the screen: store, models, pictures, router training.
/// Effects go in, messages come out of the mailbox. Used from the main thread.
public final class WorkbenchServices {
  /// Where answers wait for the loop.
  public let mailbox: Mailbox
  /// What draws pictures.
  public let pictures: PictureService
  /// What asks and trains the models.
  public let inference: InferenceService
  private let session: Session
  private var box: Size?

  /// Services for a session. `isScript` makes them answer everything in order, so that runs are
  /// equal.
  public init(_ session: Session, style: PictureService.Style, isScript: Bool = false) {
    self.session = session
    mailbox = Mailbox()
    pictures = PictureService(
      session.dataset, style: style, answersAll: isScript, mailbox: mailbox)
    var options = InferenceService.Options()
    options.answersAll = isScript
    if isScript { options.warmPosts = 0 }
    let folder = FilePath.parent(of: session.location.path)
    options.retrainedFolder = { name in
      // The name comes from a file; it must not lead anywhere else.
      let isPlain = name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 >= 0x20 }
      return isPlain && !name.isEmpty ? "\(folder)/router-\(name)" : nil
    }
    inference = InferenceService(session, options: options, mailbox: mailbox)
  }

  /// Begins to carry an effect out. Those that concern the terminal are not for here.
  public func perform(_ effect: Effect) {
    switch effect {
    case .commit(let step): commit(step)
    case .goldChanged(let post, let review): inference.goldChanged(post, review)
    case .analyse(let post, let neighbours):
      inference.analyse(post, neighbours: neighbours)
      if let box { pictures.lookAhead(neighbours, box: box) }
    case .explain(let post): inference.explain(post)
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
    session.store.append(step) { [mailbox] result in
      switch result {
      case .success(let sequence):
        mailbox.finish([.committed(sequence: sequence)], commit: true)
      case .failure(let error):
        mailbox.finish(
          [.commitFailed(sequence: step.sequence, reason: "\(error)")], commit: true)
      }
    }
  }

  /// Lets background work end; waits only for edits on their way to the disk.
  public func shutDown() {
    inference.shutDown()
    while mailbox.isCommitting {
      mailbox.waitForCommit()
      _ = mailbox.takeCommits()
    }
  }
}
