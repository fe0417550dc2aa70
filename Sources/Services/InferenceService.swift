import Annotations
import Corpora
import Dispatch
import Extractors
import Inspection
import Routing
import Synchronization
import Workbench

/// Asks the models, off the main thread: the post on screen first, then corrected posts for the
/// router's training, then the neighbours. The newest request wins and stale ones are dropped.
///
/// Loading the models is the first piece of its work, so that the first frame never waits for them.
/// What it finds out about the routes of other posts is computed slowly on a second, lower queue.
package final class InferenceService: Sendable {
  /// How the service treats what was asked.
  package struct Options: Sendable {
    /// Key scripts answer every request, in order, so that they are the same in every run.
    package var answersAll = false
    /// Posts whose routes are computed in the background; 0 leaves it until a training needs them.
    package var warmPosts = 2_000

    /// Newest wins, with background work.
    package init() {}
  }

  /// What is left to do; the first that is not empty is done first.
  struct Agenda {
    var current: [String] = []
    var explained: [String] = []
    var asked: [RegionQuestion] = []
    var witnesses: [WitnessQuestion] = []
    /// The question about witnesses that somebody waits for.
    var wantedWitness: WitnessQuestion?
    var whatIfs: [WhatIf] = []
    /// The change that was asked about last, while somebody waits for it.
    var lastWhatIf: WhatIf?
    /// The post that reasons were asked for last.
    var lastExplained: String?
    var corrections: [String] = []
    var wantsTraining = false
    var neighbours: [String] = []
    /// Posts by place in the dataset whose route is not known yet, in the order of interest.
    var unknown: [Int] = []
    var isRunning = false
    var isWarming = false
    /// Whether what the models say is off the screen, so that nothing need be known beforehand.
    var isHidden = false
    var isStopped = false
  }

  /// What was loaded and found out.
  struct Memory {
    var models: Roster?
    var failure: String?
    var answers = RecentCache<String, Answer>(bound: 64)
    /// What was answered about changed posts, by the installed router.
    var whatIfs = RecentCache<WhatIf, WhatIfAnswer>(bound: 32)
    /// What the router sees, by post; posts on which its encoder failed are missing.
    var inputs: [String: RouterInput] = [:]
    /// Accepted posts with their labels.
    var reviewed: [String: Post] = [:]
    /// Whether every accepted post makes the router train again.
    var trainsAutomatically = true
    var corrections: [String: (post: Post, correction: Correction)] = [:]
    /// Why accepted posts cannot teach, by post.
    var failures: [String: String] = [:]
  }

  struct Answer: Sendable {
    var analysis: PostAnalysis
    let input: RouterInput?
  }

  let dataset: Dataset
  let choice: SessionOptions
  let folder: String?
  /// The store's file, beside which retrained routers are kept; nil keeps none.
  let store: String?
  let options: Options
  let mailbox: Mailbox
  let agenda = Mutex(Agenda())
  let memory = Mutex(Memory())
  let history = Mutex(HistoryWork())
  let trainer = Mutex<RouterTrainingService?>(nil)
  private let queue = DispatchQueue(label: "twinlens.inference", qos: .userInitiated)
  let slowQueue = DispatchQueue(label: "twinlens.routes", qos: .utility)
  /// A published CLIP takes seconds to explain a route; answers must not wait for that.
  private let reasonsQueue = DispatchQueue(label: "twinlens.reasons", qos: .utility)
  /// An expert is asked a hundred times there.
  let witnessQueue = DispatchQueue(label: "twinlens.witnesses", qos: .utility)
  /// Somebody waits for what a change does, and the next post must not wait for that.
  private let whatIfQueue = DispatchQueue(label: "twinlens.whatif", qos: .userInitiated)

  /// A service over a session. Nothing is loaded before `start` or the first request.
  package init(_ session: Session, options: Options, mailbox: Mailbox) {
    dataset = session.dataset
    choice = session.options
    folder = session.models.folder
    store = session.workPath
    self.options = options
    self.mailbox = mailbox
    let reviewed = session.history.editedPosts(of: session.dataset).filter {
      session.history.states[$0.key]?.review.isAccepted == true
    }
    memory.withLock { memory in
      memory.reviewed = reviewed
      memory.trainsAutomatically = choice.trainsAutomatically
    }
  }

  /// Begins to load the models.
  package func start() { wake { _ in } }

  /// Begins to load the models and to find out routes when what they say comes on the screen, and
  /// leaves that when it goes.
  package func setShown(_ isShown: Bool) {
    agenda.withLock { $0.isHidden = !isShown }
    if isShown { start() }
  }

  /// Asks about a post, then about its neighbours.
  package func analyse(_ post: String, neighbours: [String]) {
    wake { agenda in
      agenda.current = options.answersAll ? agenda.current + [post] : [post]
      agenda.neighbours = options.answersAll ? agenda.neighbours + neighbours : neighbours
    }
  }

  /// Asks why the router sent a post where it did.
  package func explain(_ post: String) {
    wake { agenda in
      agenda.explained = options.answersAll ? agenda.explained + [post] : [post]
    }
  }

  /// Asks the experts that look at regions with others in their place.
  package func ask(_ question: RegionQuestion) {
    wake { agenda in
      agenda.asked = options.answersAll ? agenda.asked + [question] : [question]
    }
  }

  /// Asks what an expert's answer depends on; nil: nobody waits for that any more.
  package func ask(_ question: WitnessQuestion?) {
    agenda.withLock { $0.wantedWitness = question }
    guard let question else { return }
    wake { agenda in
      agenda.witnesses = options.answersAll ? agenda.witnesses + [question] : [question]
    }
  }

  /// Asks all models about a post with something changed; nil: nobody waits for one any more.
  package func ask(_ whatIf: WhatIf?) {
    guard let whatIf else {
      // A script sees every answer that it asked for.
      if !options.answersAll { agenda.withLock { ($0.whatIfs, $0.lastWhatIf) = ([], nil) } }
      return
    }
    wake { agenda in
      agenda.whatIfs = options.answersAll ? agenda.whatIfs + [whatIf] : [whatIf]
      agenda.lastWhatIf = whatIf
    }
  }

  /// The labels of a post changed durably. An accepted post makes the router train
  /// again, unless that is left to the person.
  package func goldChanged(_ post: Post, _ review: ReviewState) {
    let trains = memory.withLock { memory in
      let before = memory.reviewed[post.id]
      memory.reviewed[post.id] = review.isAccepted ? post : nil
      return memory.trainsAutomatically && before != memory.reviewed[post.id]
    }
    if trains { train() }
  }

  /// Sets whether every accepted post makes the router train again.
  package func setTraining(automatic: Bool) {
    memory.withLock { $0.trainsAutomatically = automatic }
  }

  /// Trains the router on all corrections.
  package func train() {
    let missing = memory.withLock { memory in
      memory.reviewed.values.filter { memory.corrections[$0.id]?.post != $0 }.map(\.id).sorted()
    }
    wake { agenda in
      agenda.corrections = missing
      agenda.wantsTraining = true
    }
  }

  /// Ends the work soon. For quitting.
  package func shutDown() {
    history.withLock { $0.wanted = nil }
    agenda.withLock { $0 = Agenda(isRunning: $0.isRunning, isStopped: true) }
    trainer.withLock { $0 }?.shutDown()
  }

  /// The models, or why there are none; neither while they are not loaded yet.
  var loaded: (models: Roster?, failure: String?) {
    memory.withLock { ($0.models, $0.failure) }
  }

  /// Whether somebody waits for an answer.
  var isBusy: Bool { agenda.withLock(\.isRunning) }

  /// The router that waits for the person's word; nil when none does.
  var candidate: RouterBundle? { trainer.withLock { $0 }?.candidate }

  private func wake(_ change: (inout Agenda) -> Void) {
    let starts = agenda.withLock { agenda in
      guard !agenda.isStopped else { return false }
      change(&agenda)
      defer { agenda.isRunning = true }
      return !agenda.isRunning
    }
    guard starts else { return }
    mailbox.begin()
    queue.async { self.work() }
  }

  private enum Job {
    case analyse(String, isNeighbour: Bool)
    case explain(String)
    case ask(RegionQuestion)
    case witness(WitnessQuestion)
    case whatIf(WhatIf)
    case correct(String)
    case train
  }

  private func nextJob() -> Job? {
    agenda.withLock { agenda in
      if !agenda.current.isEmpty {
        return .analyse(agenda.current.removeFirst(), isNeighbour: false)
      }
      if !agenda.asked.isEmpty { return .ask(agenda.asked.removeFirst()) }
      if !agenda.whatIfs.isEmpty { return .whatIf(agenda.whatIfs.removeFirst()) }
      if !agenda.explained.isEmpty { return .explain(agenda.explained.removeFirst()) }
      if !agenda.witnesses.isEmpty { return .witness(agenda.witnesses.removeFirst()) }
      if let id = agenda.corrections.popLast() { return .correct(id) }
      if agenda.wantsTraining {
        agenda.wantsTraining = false
        return .train
      }
      if !agenda.neighbours.isEmpty {
        return .analyse(agenda.neighbours.removeFirst(), isNeighbour: true)
      }
      agenda.isRunning = false
      return nil
    }
  }

  private func work() {
    if memory.withLock({ $0.models == nil && $0.failure == nil }) { load() }
    while let job = nextJob() {
      switch job {
      case .analyse(let id, let isNeighbour): analyse(id, isNeighbour: isNeighbour)
      case .explain(let id): explainBeside(id)
      case .ask(let question): answer(question)
      case .witness(let question): lookBeside(question)
      case .whatIf(let whatIf): answerBeside(whatIf)
      case .correct(let id): correct(id)
      case .train: requestTraining()
      }
    }
    mailbox.finish()
    warm()
  }

  /// Gives reasons while answers go on; of several that wait only the last is still wanted.
  private func explainBeside(_ id: String) {
    // Key scripts see everything in the order in which they asked.
    guard !options.answersAll else { return giveReasons(id) }
    agenda.withLock { $0.lastExplained = id }
    mailbox.begin()
    reasonsQueue.async { [self] in
      let isWanted: @Sendable () -> Bool = { [self] in
        agenda.withLock { !$0.isStopped && $0.lastExplained == id }
      }
      if isWanted() { giveReasons(id, isWanted: isWanted) }
      mailbox.finish()
    }
  }

  /// Asks about a change while answers go on; of several that wait only the last is still wanted.
  private func answerBeside(_ whatIf: WhatIf) {
    guard !options.answersAll else { return answer(whatIf) }
    mailbox.begin()
    whatIfQueue.async { [self] in
      answer(whatIf) { [self] in agenda.withLock { !$0.isStopped && $0.lastWhatIf == whatIf } }
      mailbox.finish()
    }
  }

  private func analyse(_ id: String, isNeighbour: Bool) {
    guard let post = dataset.post(id: id) else { return }
    let (models, failure, known) = memory.withLock { memory in
      (memory.models, memory.failure, memory.answers.value(id))
    }
    if let known { return mailbox.post(.analysed(known.analysis)) }
    guard let models, !models.isEmpty else {
      let reason = failure ?? models?.notices.first ?? "no expert is in the folder of models"
      return mailbox.post(.analysisFailed(post: id, reason: reason))
    }
    let seen = models.see(post, of: dataset)
    var answer = Answer(analysis: models.analyse(seen), input: models.routerInput(seen))
    memory.withLock { memory in
      // Another router may have come into use while the models read the post.
      if let router = memory.models?.router,
        router.configuration.version != models.router?.configuration.version
      {
        answer.analysis.decision = answer.input.flatMap { try? router.decide($0) }
        answer.analysis.router = router.title
      }
      memory.answers.insert(answer, for: id)
      memory.inputs[id] = answer.input
    }
    mailbox.post(.analysed(answer.analysis))
  }
}
