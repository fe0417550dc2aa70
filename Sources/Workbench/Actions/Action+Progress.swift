import Annotations
import Screen

extension Action {
  static let progress: [Action] = [
    Action(
      "stats", .program,
      "pace, what is done and left, and when it will be done, by day and by annotator"
    ) { state, _ in
      // Computed once: a long history takes a moment, and the page is drawn with each key.
      let progress = AnnotationProgress(
        state.history, posts: state.posts.map(\.id), now: state.opened.clock())
      let text = ProgressText(progress, glyphs: state.look.glyphs)
      let blocks = [
        PageLayer.Block(text: text.summary), PageLayer.Block(rows: text.days),
        PageLayer.Block(rows: text.people),
      ].filter { !($0.text + $0.rows).isEmpty }
      state.layers.open(PageLayer("progress") { _ in blocks })
      return []
    }
  ]
}
