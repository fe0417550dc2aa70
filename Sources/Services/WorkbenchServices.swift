import Annotations
import Foundation
import Inspection
import Screen
import Settings
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
  let session: Session
  /// What the terminal suggests where a setting leaves it to that.
  let suggestions: TerminalSuggestions
  private let isScript: Bool
  /// Where steps are appended: the session's store, until the history is saved elsewhere.
  private let store: Current
  /// Carries out, one after the other, what is written: edits, histories, queries.
  private let saving = DispatchQueue(label: "twinlens.saving", qos: .userInitiated)
  private let datasetWatch: DatasetWatch?
  private let backups: BackupService?
  private var box: Size?

  /// Services for a session. `isScript` makes them answer everything in order, so that runs are
  /// equal.
  package init(
    _ session: Session, style: PictureService.Style,
    suggestions: TerminalSuggestions = TerminalSuggestions(), isScript: Bool = false
  ) {
    self.session = session
    self.suggestions = suggestions
    self.isScript = isScript
    store = Current(session.store)
    if isScript { session.store?.limitTrying(to: Self.lastPatience) }
    mailbox = Mailbox()
    pictures = PictureService(
      session.dataset, style: style, answersAll: isScript, mailbox: mailbox)
    var options = InferenceService.Options()
    options.answersAll = isScript
    if isScript { options.warmPosts = 0 }
    inference = InferenceService(session, options: options, mailbox: mailbox)
    facts = FactService(
      session.dataset, inference: inference, folder: session.workPath.map { $0 + "-answers" },
      mailbox: mailbox)
    store.watch(with: mailbox)
    backups = BackupService(
      keeping: BackupService.count(session.options.settings, isScript: isScript), mailbox: mailbox
    ) { [store] in
      // A server has backups of its own.
      store.value.withLock { ($0.store as? AnnotationStore)?.path }
    }
    datasetWatch =
      isScript
      ? nil
      : DatasetWatch(session.dataset, every: 3) { [mailbox] in
        mailbox.post(.fileChanged(name: $0, words: $1))
      }
  }

  /// Seconds that a server which is away is waited for at the end, and by each edit of a script.
  private static let lastPatience = 15.0
  /// Seconds between two looks for what others wrote: they see each other's work within a second.
  private static let lookInterval = 0.4

  /// Begins to carry an effect out. Those that concern the terminal are not for here.
  package func perform(_ effect: Effect) {
    switch effect {
    case .commit(let sending): for step in sending.steps { commit(step, sending.round) }
    case .saveHistory(let steps, let path): save(steps, to: path)
    case .saveQuery(let name, let text): saveQuery(name, text)
    case .goldChanged(let post, let review): inference.goldChanged(post, review)
    case .analyse(let post, let neighbours):
      inference.analyse(post, neighbours: neighbours)
      if let box { pictures.lookAhead(neighbours, box: box) }
    case .lookAhead(let posts):
      if let box { pictures.lookAhead(posts, box: box) }
    case .modelsShown(let isShown): inference.setShown(isShown)
    case .explain(let post): inference.explain(post)
    case .tellRouterHistory(let post): inference.tellHistory(of: post)
    case .findNeighbours(let post): facts.findNeighbours(of: post)
    case .study(let request): facts.study(request)
    case .askWithRegions(let question): inference.ask(question)
    case .ask(let whatIf): inference.ask(whatIf)
    case .saveWhatIf(let name, let saved): saveWhatIf(name, saved)
    case .lookAt(let request): facts.look(for: request)
    case .renderPicture(let request):
      box = request.box
      pictures.render(request)
    case .renderFigure(let request): pictures.render(request)
    case .exportScreen(let copy, let path): export(copy, to: path)
    case .renderPictures(let requests): pictures.render(requests)
    case .askWitnesses(let question): inference.ask(question)
    case .train: inference.train()
    case .trainAutomatically(let isOn): inference.setTraining(automatic: isOn)
    case .installCandidate: inference.install()
    case .rollBack: inference.rollBack()
    case .apply(let name, let value): apply(name, value)
    case .saveSettings(let changes): save(changes)
    case .keepLesson(let done):
      if !isScript { LessonMemory(session.options.lessonMemory, done: done).write() }
    case .showNotes(let notes): if !isScript { NotesFile()?.write(notes) }
    case .waitForReplay(let wait, let seconds): post(.replayGoesOn(wait), after: seconds)
    case .resume, .redraw, .suspend, .bell, .quit: break
    }
  }

  /// A script has no clock: it asks for the next step of a replay itself.
  private func post(_ message: Message, after seconds: Double) {
    guard !isScript else { return }
    DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + seconds) { [mailbox] in
      mailbox.post(message)
    }
  }

  private func commit(_ step: Step, _ round: Int) {
    mailbox.begin(commit: true)
    // In the order of what was done, also where a new file takes the store's place.
    saving.async { [mailbox, store, backups] in
      let (opened, watch) = store.value.withLock { ($0.store, $0.watch) }
      guard let opened else {
        let reason = "edits are not kept here"
        return mailbox.finish(
          [.commitFailed(sequence: step.sequence, round: round, reason: reason)], commit: true)
      }
      opened.append(step, round: round) { result in
        let answer: Message =
          switch result {
          case .success(let sequence): .committed(sequence: sequence)
          case .failure(let error):
            .commitFailed(sequence: step.sequence, round: round, reason: error.problem)
          }
        if case .success = result { backups?.noteEdit() }
        // What the others wrote comes first: the step is made again on it in the next round, and
        // this answer has no meaning any more.
        if case .failure(.behind) = result, let watch {
          watch.lookNow { mailbox.finish([answer], commit: true) }
        } else {
          mailbox.finish([answer], commit: true)
        }
      }
    }
  }

  private func save(_ steps: [Step], to path: String) {
    let path = (path as NSString).expandingTildeInPath
    mailbox.begin(commit: true)
    saving.async { [mailbox, store] in
      do {
        let new = try AnnotationStore.writing(steps, to: path)
        store.replace(with: new, mailbox)
        let last = steps.last?.sequence ?? 0
        mailbox.finish([.historySaved(path: path, last: last)], commit: true)
      } catch {
        mailbox.finish([.historyNotSaved(reason: "\(error)")], commit: true)
      }
    }
  }

  private func export(_ copy: ScreenCopy, to path: String) {
    let export = ScreenExport(
      copy, pictures, models: session.models.folder,
      precision: session.options.precision)
    mailbox.begin(commit: true)
    saving.async { [mailbox] in
      do {
        guard let format = ExportFormat(path: path) else {
          throw ExportFileError.noFormat(path: path)
        }
        try ExportFile.write(try export.bytes(format), to: path)
        mailbox.finish([.exported(path: path)], commit: true)
      } catch {
        mailbox.finish([.notExported(reason: "\(error)")], commit: true)
      }
    }
  }

  /// Why nothing is written beside the store in a lesson or a replay.
  private static let isNotKept = "nothing is kept here; open the dataset itself for that"

  private func saveQuery(_ name: String, _ text: String?) {
    mailbox.begin(commit: true)
    guard session.workPath != nil else {
      return mailbox.finish([.queryNotSaved(reason: Self.isNotKept)], commit: true)
    }
    let dataset = session.dataset
    saving.async { [mailbox] in
      do {
        let (queries, words) = try SavedQueriesFile(of: dataset).save(name, text)
        mailbox.finish([.queriesSaved(queries, words: words)], commit: true)
      } catch {
        mailbox.finish([.queryNotSaved(reason: "\(error)")], commit: true)
      }
    }
  }

  private func saveWhatIf(_ name: String, _ saved: SavedWhatIf?) {
    mailbox.begin(commit: true)
    guard let path = session.workPath else {
      return mailbox.finish([.whatIfNotSaved(reason: Self.isNotKept)], commit: true)
    }
    saving.async { [mailbox] in
      do throws(WhatIfFileError) {
        let (all, words) = try WhatIfFile(besideStore: path).save(name, saved)
        mailbox.finish([.whatIfsSaved(all, words: words)], commit: true)
      } catch {
        mailbox.finish([.whatIfNotSaved(reason: error.description)], commit: true)
      }
    }
  }

  /// The store that edits go to, and the look for what others write there.
  private final class Current: Sendable {
    let value: Mutex<(store: (any StepStore)?, watch: StoreWatch?)>
    /// Counts the stores, so that what is still said of an old one is told apart.
    private let number = Mutex(0)

    init(_ store: (any StepStore)?) { value = Mutex((store, nil)) }

    func watch(with mailbox: Mailbox) {
      value.withLock { $0.watch = $0.store.map { watch($0, mailbox) } }
    }

    /// What others write to the old store is nothing to the new one.
    func replace(with new: any StepStore, _ mailbox: Mailbox) {
      number.withLock { $0 += 1 }
      let watch = watch(new, mailbox)
      let old = value.withLock { value in
        defer { value = (new, watch) }
        return value
      }
      // What waits for a server lies in the new file.
      old.store?.endTrying(in: 0)
    }

    private func watch(_ store: any StepStore, _ mailbox: Mailbox) -> StoreWatch {
      let own = number.withLock { $0 }
      @Sendable func post(_ message: Message) {
        number.withLock { if $0 == own { mailbox.post(message) } }
      }
      return store.watch(every: lookInterval) {
        post(.othersWrote($0))
      } lost: {
        post(.storeLost($0))
      }
    }
  }

  /// Why the store is not where edits are any more; nil where it is, or nothing is stored.
  var problemOfStore: StoreError? { store.value.withLock { $0.store?.problemOfPlace } }

  /// Lets background work end; waits only for edits on their way to the disk, and sends those again
  /// that somebody else was faster than.
  package func shutDown(_ state: inout WorkbenchState) {
    shutDown()
    // Whoever said so does not wait for a server that is away.
    store.value.withLock { $0.store }?.endTrying(in: state.leavesAnyway ? 2 : Self.lastPatience)
    var answers = commitAnswers()
    while !answers.isEmpty {
      for answer in answers {
        for effect in update(&state, answer) {
          switch effect {
          case .commit: perform(effect)
          default: break
          }
        }
      }
      answers = commitAnswers()
    }
  }

  /// Lets background work end, whatever the edits on their way become.
  package func shutDown() {
    inference.shutDown()
    facts.shutDown()
  }

  private func commitAnswers() -> [Message] {
    var answers = mailbox.takeCommits()
    while mailbox.isCommitting {
      mailbox.waitForCommit()
      answers += mailbox.takeCommits()
    }
    return answers
  }
}
