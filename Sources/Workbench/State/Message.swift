import Annotations
import Inspection
import Queries
import Routing
import Screen
import Settings

/// Something that happened: the only way anything enters the workbench.
package enum Message: Sendable {
  /// A key, click or scroll.
  case key(Key)
  /// A command line, run as if it had been typed and entered.
  case command(String)
  /// The terminal has this size now.
  case resized(Size)
  /// Pasted text without line ends; it is typed into a prompt and never runs as commands.
  case paste(String)
  /// What was drawn for boxes of cells fits no more: the cells have another size in pixels.
  case picturesStale
  /// Time passes: seconds on any steady clock. The person's own pace is shown from then on.
  case tick(Double)
  /// Work that was cut into pieces goes on (answer to `Effect.resume`).
  case resume
  /// The step of this sequence number is durable.
  case committed(sequence: Int64)
  /// The step of this sequence number, sent in this round, could not be stored; the sentence says
  /// why.
  case commitFailed(sequence: Int64, round: Int, reason: String)
  /// Other processes stored something.
  case othersWrote(AnnotationStore.Others)
  /// The store is not in its place any more, or lost its end; nil when it is there again.
  case storeLost(StoreError?)
  /// Every step up to a sequence number is durable in a new file, where edits go from now on.
  case historySaved(path: String, last: Int64)
  /// The history could not be written to a new file; the sentence says why.
  case historyNotSaved(reason: String)
  /// The models have answered for a post.
  case analysed(PostAnalysis)
  /// No model can answer for a post; the sentence says why.
  case analysisFailed(post: String, reason: String)
  /// Why the router sent a post where it did.
  case explained(RouteExplanation)
  /// The posts that are most like one to the router, of those looked at so far.
  case neighbours(RouteNeighbours)
  /// What the routers of before said of a post, and what the corrections tried so far did.
  case routerHistory(RouteHistory)
  /// How far the study of the dataset is.
  case studying(StudyProgress)
  /// The study of this request is done.
  case studied(request: Int, PagedStudy)
  /// The dataset cannot be studied; the sentence says why.
  case studyFailed(request: Int, String)
  /// Nothing can be said about a post's route; the sentence says why.
  case explanationFailed(post: String, reason: String)
  /// What experts answer with rectangles that were drawn by hand.
  case answeredWithRegions(RegionAnswers)
  /// How far a look into an expert's answer has come.
  case witnessed(WitnessQuestion, WitnessState)
  /// What all models say of a post before and after a change.
  case answeredWhatIf(WhatIf, WhatIfAnswer)
  /// The post cannot take a change, or nobody can answer; the sentence says why.
  case whatIfRefused(WhatIf, reason: String)
  /// The saved what-ifs as they are now, and what became of them.
  case whatIfsSaved([SavedWhatIf], words: String)
  /// A what-if could not be saved or removed; the sentence says why.
  case whatIfNotSaved(reason: String)
  /// A picture is ready for its box.
  case pictureReady(PictureRequest, RenderedPicture)
  /// A figure is ready for its box.
  case figureReady(FigureRequest, RenderedPicture)
  /// The screen is in a file.
  case exported(path: String)
  /// The screen could not be written; the sentence says why.
  case notExported(reason: String)
  /// The trainer has news.
  case training(TrainingReport)
  /// Decisions of the installed router, by post id; replaces what was known of these posts.
  case routesChanged([String: RouteDecision])
  /// Something was found out of some posts (answer to `Effect.lookAt`).
  case facts(FactBatch)
  /// All that could be found out for this wish is; the sentence says why the rest could not.
  case lookedAt(request: Int, failure: String?)
  /// Another theme is to be used.
  case themeRead(Theme)
  /// Emoji are to be shown in this way.
  case emojiChosen(Sanitizer.EmojiMode)
  /// Other keys are to be used.
  case keymapRead(Keymap)
  /// What was set cannot be carried out; the sentence says why.
  case settingRefused(Setting.Name, reason: String)
  /// These settings stand in the person's own file.
  case settingsSaved([Setting.Name], path: String)
  /// They do not; the sentence says why.
  case settingsNotSaved(reason: String)
  /// Another router is installed: what was known of routes does not hold any more.
  case routerChanged
  /// The saved queries as they are now, and what became of them.
  case queriesSaved(SavedQueries, words: String)
  /// A query could not be saved or removed; the sentence says why.
  case queryNotSaved(reason: String)
  /// A file of the dataset is another one than was read.
  case fileChanged(name: String, words: String)
  /// The time of the next step of a replay has come (answer to `Effect.waitForReplay`).
  case replayGoesOn(Int)
  /// A sentence for the status line, e.g. from the runtime.
  case notice(String, isError: Bool)
}
