extension Action {
  static let program: [Action] =
    HelpLayer.actions + CommandLayer.actions + [
      Action("leave", .program, keys: ["Esc"], "leave the selection, then the search") { state, _ in
        state.leave()
      },
      Action("store", .program, "say where edits are kept") { state, _ in
        let path = state.opened.store
        state.notice =
          state.unsaved.map {
            Notice(text: "\($0.count) not saved in \(path): \($0.cause)", isError: true)
          } ?? Notice(text: "edits are kept in \(path)")
        return []
      },
      Action(
        "save-history", .program, "write every edit to a new file and keep edits there from now on",
        parameters: [.required("FILE", .rest)],
        unavailable: { state in
          guard state.opened.keepsEdits else { return "edits are not kept here" }
          return state.history.steps.isEmpty ? "nothing was edited yet" : nil
        }
      ) { state, arguments in
        let steps = state.history.steps
        return arguments.text(0).map { [.saveHistory(steps, path: $0)] } ?? []
      },
      export,
      Action(
        "findings", .program, "list what was found when dataset and store were opened",
        unavailable: { $0.opened.notices.isEmpty ? "nothing was found on opening" : nil }
      ) { state, _ in
        state.layers.open(PageLayer("findings", blocks: findingBlocks))
        return []
      }.leading(to: .layer),
      Action("redraw", .program, keys: ["C-l"], "draw the whole screen again") { _, _ in [.redraw]
      },
      Action("suspend", .program, keys: ["C-z"], "stop; the shell's fg comes back") { _, _ in
        [.suspend]
      },
      Action("quit", .program, keys: ["q"], "quit, once everything is saved") { state, _ in
        state.quit()
      },
      Action("quit!", .program, "quit even if something could not be saved") { state, _ in
        state.leavesAnyway = true
        return [.quit]
      },
    ]

  /// A page has so many at most.
  private static let mostFindings = 1000

  @Sendable
  private static func findingBlocks(_ state: WorkbenchState) -> [PageLayer.Block] {
    let all = state.opened.notices
    let left = all.count - mostFindings
    return all.prefix(mostFindings).map { PageLayer.Block(text: [$0]) }
      + (left > 0
        ? [PageLayer.Block(text: ["and \(state.grouped(left)) more: twinlens audit lists them"])]
        : [])
  }
}
