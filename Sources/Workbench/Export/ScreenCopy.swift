import Corpora
import Inspection
import Screen

/// What is on screen, with all that is needed to write it to a file.
package struct ScreenCopy: Sendable, Equatable {
  /// The cells.
  package let frame: Frame
  /// Its colours.
  package let theme: Theme
  /// The dataset's name.
  package let dataset: String
  /// The id of the post on screen; nil where there is none.
  package let post: String?
  /// The experts and the router whose answers are on screen.
  package let models: [String]
  /// What is shown in pixels, by its identity in the frame: files want other pixels.
  package let pictures: [String: PictureRequest]
  package let figures: [String: FigureRequest]

  /// The screen as it stands.
  package init(_ state: WorkbenchState) {
    frame = view(state)
    theme = state.look.theme
    dataset = state.opened.dataset
    post = state.currentPost?.id
    let analysis = state.showsModels ? state.analysis : nil
    models = (analysis?.answers.map(\.expert) ?? []) + (analysis?.router.map { [$0] } ?? [])
    pictures = state.pictureRequest.map { [$0.identity: $0] } ?? [:]
    figures = state.figureRequest.map { [$0.identity: $0] } ?? [:]
  }
}

extension WorkbenchState {
  /// Why the last key or command was refused; nil where it was not.
  package var refusal: String? { notice.flatMap { $0.isError ? $0.text : nil } }
}

extension Action {
  static let export = Action(
    "export", .program, "write what is on screen to a new FILE: .svg, .png, .html or .ansi",
    parameters: [.required("FILE", .rest)]
  ) { state, arguments in
    guard let path = arguments.text(0) else { return [] }
    let copy = ScreenCopy(state)
    state.notice = Notice(text: "writing \(state.safe(path))")
    return [.exportScreen(copy, path: path)]
  }
}
