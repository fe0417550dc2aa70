import Annotations
import Corpora
import Inspection
import Pictures
import Queries
import Routing
import Screen
import Settings
import Tensors

/// Everything the workbench knows: one value. `update` changes it, `view` draws it, neither does
/// anything else. The posts as read are never copied or changed; labels live in an overlay.
package struct WorkbenchState: Sendable {
  /// What was opened, in words.
  package internal(set) var opened: Opened
  /// The posts as they were read.
  package let posts: [Post]
  /// The size of the screen.
  package internal(set) var size: Size
  /// Which key does what.
  package internal(set) var keymap: Keymap
  /// Colours, signs and how text from posts is made safe.
  package var look: Look

  /// Index of each post by id.
  let indexOfID: [String: Int]
  /// The posts' ids as the list shows them.
  let shortIDs: ShortIDs
  /// Relation labels with their ids and keys.
  let inventory: RelationInventory
  /// Labels, review states, undo and redo.
  var labels: Labels
  /// Which posts are listed and where the person stands among them.
  var queue: PostQueue
  /// The token under the cursor, always inside the current post.
  var token = 0
  /// The number that was typed for the next key.
  var count: Int?
  /// The first of the edits that are being made together.
  var editGroup: Int64?
  /// Whether the edits that are being made take an expert's answer as it is.
  var takesSuggestion = false
  /// What the keys changed last, to be done again elsewhere.
  var lastChange: Change?
  /// The other end of a selection, nil = nothing selected.
  var anchor: Int?
  /// What the person went to of that which the experts suggest; the keys act on its words.
  var suggestion: Suggestion?
  /// What was typed before the models had answered, when that matters.
  var heldInput: HeldInput?
  /// Which of the post's pairs the keys act on; may lie behind the last after an edit.
  var pairPlace = 0
  /// The head of a pair that is being made.
  var newHead: Range<Int>?
  /// What is on screen and takes keys, and what of it was left.
  var layers = LayerStack()
  /// What is on its way to the disk.
  var saving = Saving()
  /// The experts that are open, known from their first answer on.
  var members: [PostAnalysis.Member] = []
  /// What the models said of the posts looked at lately, or why they did not.
  var analyses = RecentCache<Int, Result<PostAnalysis, Unanswered>>(bound: 64)
  /// Why posts were routed as they were, of those asked about lately, or why nobody can say.
  var explanations = RecentCache<Int, Result<RouteExplanation, Unanswered>>(bound: 16)
  /// The posts that are most like another to the router.
  var nearest: RouteNeighbours?
  /// What became of a post's p through the retrainings of the router.
  var routerHistory: RouteHistory?
  /// What experts answered with rectangles drawn by hand, the newest question's.
  var regionAnswers: RegionAnswers?
  /// What all models said of posts with something changed, or why they did not.
  var whatIfs = RecentCache<WhatIf, Result<WhatIfAnswer, Unanswered>>(bound: 16)
  /// The what-ifs that were given names, by name.
  package var savedWhatIfs: [SavedWhatIf] = []
  /// What experts' answers depend on, of those asked about lately.
  var witnessStates = RecentCache<WitnessQuestion, WitnessState>(bound: 32)
  /// Pictures made for boxes on this screen: as many small ones as a screen of heads holds, too.
  var pictures = RecentCache<PictureRequest, RenderedPicture>(bound: 12 + HeadsLayer.most)
  /// Figures made for boxes on this screen.
  var figures = RecentCache<FigureRequest, RenderedPicture>(bound: 6)
  /// What the person chose to see.
  var choice = ViewChoice()
  /// Where the background training stands.
  var training = TrainingReport(state: .idle)
  /// True from the person's own wish to train until it is answered; other trainings begin by
  /// themselves and must not talk over what the person does.
  var askedToTrain = false
  /// Whether every accepted post makes the router train again.
  var trainsAutomatically: Bool
  /// The settings as they were opened, and what `:set` changed since; those that keys change too
  /// are the screen's own (`currentSettings`).
  var settings: ResolvedSettings
  /// What `:set` changed that is being carried out, as it was before.
  var settingsBefore: [Setting.Name: ResolvedSettings.Entry] = [:]
  /// Posts that others changed since the person was last here, as of the last search for them.
  var unread: Set<Post.ID> = []
  /// The post on screen, where somebody else changed its labels since the last key.
  var unseenChange: Int?
  /// Whether it was said that the file of an edited post has no place for its labels.
  var hasToldOfPlace = false
  /// Posts of which annotators said different things when a search asked for them.
  var divided: Set<Int> = []
  /// Posts behind the bar or number of the dataset's study that the person went to last.
  var picked: Set<Int> = []
  /// The study of the dataset, as far as it is.
  var study = StudyState()
  /// The search of the list that was left the last time, until it is made again.
  var resumedQuery: String?
  /// Listed posts that edits made since the search do not match any more.
  var unmatched: Set<Int> = []
  /// The request for the flips of all posts, while it is carried out.
  var flipWish: FactRequest?
  /// Whether the flips of all posts are known.
  var hasLookedForFlips = false
  /// What is known of all posts that were looked at.
  var facts = Facts()
  /// The posts' words, as far as searches have read them.
  var texts = PostTexts()
  /// The queries that were given names.
  package var savedQueries = SavedQueries()
  /// How many posts they list, while they are on screen.
  var queryCounts: QueryCounts?
  /// A search that is going on.
  var searchJob: SearchJob?
  /// The list on screen while it is not final.
  var growth: ListGrowth?
  /// How often something was asked of many posts; the last wish that was sent.
  var factRequests = 0
  var requestedFacts: Int?
  /// What the person's labels are compared with, where they practise.
  package internal(set) var practice: Practice?
  /// The lesson that is given.
  package internal(set) var lesson: Lesson?
  /// The history that is played.
  package internal(set) var replay: Replay?
  /// How fast the person works, from the times of all their steps.
  var pace: Pace
  /// Whether time has been told: a script has no clock, and none may be on its screen.
  var isTimed = false
  /// What the keys before were typed for, where it did not come about.
  var missed: Missed?
  /// Files of the dataset that others changed since they were read.
  var changedFiles: Set<String> = []
  /// Why the store is not where edits are any more; nil while it is.
  package internal(set) var storeProblem: StoreError?
  /// Whether the person leaves whatever is lost.
  package internal(set) var leavesAnyway = false
  /// The sentence on the status line, until the next key.
  var notice: Notice?
  /// What happened in the background while another notice was on screen, oldest first.
  var laterNotices: [Notice] = []
  /// The place in the ranking of suspicious posts that was gone to last; −1: none.
  var suspicionRank = -1
  /// What was asked for last, so that it is not asked for again.
  var requested = Requested()
  /// True once the person asked to quit while something was unsaved.
  var quitsWhenSaved = false

  /// A workbench over posts that may already have labels and a history.
  /// - Parameters:
  ///   - opened: names for the title line.
  ///   - posts: at least one; ids are unique.
  ///   - index: the place of each post by its id, where it is known.
  ///   - history: what earlier sessions did, over these posts.
  ///   - size: the first size of the screen.
  package init(
    opened: Opened, posts: [Post], index: [Post.ID: Int]? = nil,
    history: EditHistory = EditHistory(), size: Size, keymap: Keymap? = nil, look: Look = Look()
  ) {
    precondition(!posts.isEmpty, "a workbench needs at least one post")
    self.opened = opened
    self.posts = posts
    self.size = size
    self.keymap = keymap ?? .standard(types: opened.types)
    self.look = look
    let indexOfID =
      index
      ?? Dictionary(
        posts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.indexOfID = indexOfID
    shortIDs = ShortIDs(posts.lazy.map(\.id))
    inventory = RelationInventory(opened.relations)
    trainsAutomatically = opened.trainsAutomatically
    settings = opened.settings
    labels = Labels(history, posts: posts, indexOfID: indexOfID)
    pace = Pace(of: opened.annotator, history.steps)
    queue = PostQueue(total: posts.count)
    token = firstPlace
    choice.system = opened.expert
    takeSettingsOfScreen()
  }

  /// Names of what was opened.
  package struct Opened: Sendable {
    /// The dataset's name.
    package var dataset: String
    /// Where edits go, for `:store` and the help.
    package var store: String
    /// Entity types that can be set, in the order of the number keys.
    package var types: [EntityType]
    /// Relation labels that can be set, in the order of their ids.
    package var relations: [String]
    /// How irregular tags of the files were understood.
    package var reading: BIO.Reading
    /// True when models are loaded that can analyse posts.
    package var hasModels: Bool
    /// Whether experts may show more than their answers.
    package var hasValues = true
    /// What the models compute in where that is not float32; every screen says it.
    package var lowPrecision: Precision?
    /// True when a router is loaded.
    package var hasRouter: Bool
    /// The expert that was asked for, whose signals are shown first; nil where it was none or
    /// several.
    package var expert: String?
    /// Whether every accepted post makes the router train again, until the person says otherwise.
    package var trainsAutomatically: Bool
    /// Who makes the edits.
    package var annotator: String
    /// What was set, and where; empty where nothing can be.
    package var settings = ResolvedSettings()
    /// The last step that this annotator saw when here before; nil the first time.
    package var lastSeen: Int64?
    /// Why an edited post (the second; the first is as it was opened) is lost on export.
    package var lacksPlace: @Sendable (Post, Post) -> LackOfPlace? = { _, _ in nil }
    /// Whether any post may have a picture.
    package var hasPictures = true
    /// Whether edits are stored; in a practice or a lesson they are gone with the program.
    package var keepsEdits = true
    /// What the dataset tells its annotators.
    package var guidelines = Guidelines()
    /// What was found when everything was opened, a sentence each.
    package var notices: [String] = []
    /// What is wrong with the lines of a post, in words; empty for most.
    package var findings: [Post.ID: [String]] = [:]
    /// How suspicious a post with its labels is, 0 … 1, nil where these were not judged; nil
    /// without any judgement.
    package var suspicionOf: (@Sendable (Post) -> Float?)?
    /// Who is to label a post; nil where no post is assigned to anybody.
    package var assigneesOf: (@Sendable (Post) -> [String])?
    /// Which labels are probably wrong, as far as somebody has ranked them.
    package var suspicion: SuspicionRanking?
    /// The time of an edit in milliseconds since 1970: the only thing that `update` asks the world.
    package var clock: @Sendable () -> Int64

    /// Names of what was opened.
    package init(
      dataset: String, store: String,
      types: [EntityType] = [.person, .location, .organization, .miscellaneous],
      relations: [String] = [], reading: BIO.Reading = .lenient, hasModels: Bool = true,
      hasRouter: Bool = true, trainsAutomatically: Bool = true,
      annotator: String = "", clock: @escaping @Sendable () -> Int64 = Step.now
    ) {
      self.dataset = dataset
      self.store = store
      self.types = types
      self.relations = relations
      self.reading = reading
      self.hasModels = hasModels
      self.hasRouter = hasRouter
      self.trainsAutomatically = trainsAutomatically
      self.annotator = annotator
      self.clock = clock
    }
  }
}

extension WorkbenchState {
  /// Index of the post on screen; nil when a search left no post.
  var current: Int? { queue.current }

  /// A post with the labels it has now.
  package func post(_ index: Int) -> Post { labels.history.annotated(posts[index]) }

  /// Everything that was ever done, undo and redo included.
  package var history: EditHistory { labels.history }

  /// The post on screen with the labels it has now.
  package var currentPost: Post? { current.map(post) }

  /// False while an edit is not on the disk yet, or could not be put there.
  package var isSaved: Bool { saving.isClean }
  /// Why edits are not saved, and how many they are; nil when all are.
  package var unsaved: (count: Int, cause: String)? {
    guard !saving.isClean else { return nil }
    return (
      saving.failed.count + saving.pending.count, saving.cause ?? "the disk gave no answer"
    )
  }

  /// Whether heat lies over the picture now.
  var showsHeat: Bool {
    get { layers.first(\.heat) ?? choice.heat }
    set { if !layers.setHeat(newValue) { choice.heat = newValue } }
  }

  /// Practises on the posts on screen, whose labels are hidden; the first one is begun now. What
  /// the models say would give answers away: it is hidden until it is asked for.
  package mutating func begin(_ practice: Practice) {
    self.practice = practice
    _ = showModels(false)
    beginPost()
  }

  /// Shows the post with this id, before the first key; false when there is none.
  package mutating func open(post id: String) -> Bool {
    guard let index = indexOfID[id] else { return false }
    show(post: index)
    return true
  }

  /// Decisions of the router by post index.
  var routes: [Int: RouteDecision] { facts.routes }
  /// Posts whose gold differs from the chosen expert's answer, as far as that is known.
  var disagreements: Set<Int> { facts.disagreements }
  /// Posts whose route the candidate router would change.
  var flips: Set<Int> { facts.flipping }

  /// How far a post has come.
  func review(_ index: Int) -> ReviewState { labels.review[index] }

  /// What the models said about the post on screen, unless that is hidden.
  var analysis: PostAnalysis? {
    guard choice.showsModels else { return nil }
    return current.flatMap { analyses[$0] }.flatMap { try? $0.get() }
  }

  /// Why they said nothing.
  var analysisFailure: String? { current.flatMap { analyses[$0]?.reason } }

  /// The selected tokens while selecting.
  var selection: Range<Int>? {
    anchor.map { min($0, token)..<(max($0, token) + 1) }
  }

  /// What an edit acts on: the selection, else the words of the suggestion that the person went to,
  /// else the mention under the cursor, else its token. Never a suggestion that the cursor merely
  /// touches: whether that is known depends on the models' speed.
  var target: Range<Int> {
    selection ?? suggestion?.mentionRange ?? mentionAtCursor?.range ?? token..<(token + 1)
  }

  /// The gold mention that covers the token cursor.
  var mentionAtCursor: EntityMention? {
    currentPost?.mention(at: token)
  }
}

/// What the person chose to see.
struct ViewChoice: Sendable, Equatable {
  /// Whether what the models say is on screen.
  var showsModels = true
  /// Heat over the picture; at first the picture itself is to be seen.
  var heat = false
  /// The colours of the heat.
  var colors = ColorMap.standard
  /// Which slice of the heat: nil = mean over all heads and layers.
  var slice: Int?
  /// Which of the shown system's spatial signals.
  var map = 0
  /// Which expert's trace is shown: nil = the multimodal one if there is one.
  var system: String?
  /// Experts that are left out of the tables.
  var hidden: Set<String> = []
  /// What has the screen to itself.
  var fullScreen: FullScreen?
  /// The router's threshold that is asked about, where it is not ½.
  var cut: Float?
}

/// A sentence for the status line.
struct Notice: Sendable, Equatable {
  var text: String
  var isError = false
  /// A later notice on the same subject replaces this one.
  var subject: Subject?

  enum Subject: Sendable, Equatable { case training, search, store }
}

/// What was asked of the runtime last.
struct Requested: Sendable, Equatable {
  var analysis: Int?
  var explanation: Int?
  var neighbours: Int?
  var routerHistory: String?
  var regions: RegionQuestion?
  var witnesses: WitnessQuestion?
  var tiles: [PictureRequest] = []
  var whatIf: WhatIf?
  var picture: PictureRequest?
  var figure: FigureRequest?
  /// The post whose neighbours' pictures are wanted, where no model is asked.
  var ahead: Int?
}
