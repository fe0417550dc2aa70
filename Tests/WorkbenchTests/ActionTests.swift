import Annotations
import Corpora
import Routing
import Screen
import Testing

@testable import Workbench

/// What each action of the table does. A new action without a case here fails `everyActionIsTried`.
@Suite struct ActionTests {
  typealias Check = @Sendable (inout Desk) -> Bool

  static let cases: [String: Check] = moving.merging(labelling) { a, _ in a }
    .merging(relations) { a, _ in a }
    .merging(looking) { a, _ in a }.merging(routing) { a, _ in a }.merging(program) { a, _ in a }
    .merging(hands) { a, _ in a }.merging(remarks) { a, _ in a }
    .merging(settings) { a, _ in a }.merging(pages) { a, _ in a }
    .merging(exercises) { a, _ in a }

  static let moving: [String: Check] = [
    "next": {
      $0.command("next"); return $0.state.current == 1
    },
    "previous": {
      $0.press("j", "j"); $0.command("previous"); return $0.state.current == 1
    },
    "unaccepted": {
      $0.press("j", "Return", "g", "Return")
      $0.press("k", "k")
      $0.command("unaccepted")
      return $0.state.current == 2
    },
    "previous-unaccepted": {
      $0.press("j", "Return")
      $0.command("previous-unreviewed")
      return $0.state.current == 0
    },
    "page-down": {
      $0.command("page-down"); return $0.state.current == 4
    },
    "page-up": {
      $0.press("G"); $0.command("page-up"); return $0.state.current == 0
    },
    "first": {
      $0.press("G"); $0.command("first"); return $0.state.current == 0
    },
    "last": {
      $0.command("last"); return $0.state.current == 4
    },
    "goto": {
      $0.command("goto hb_0003"); return $0.state.current == 2
    },
    "line": {
      $0.command("line 3"); return $0.state.current == 2
    },
    "right": {
      $0.command("right"); return $0.state.token == 4
    },
    "left": {
      $0.command("left"); return $0.state.token == 2
    },
    "next-mention": {
      $0.command("next-mention"); return $0.state.token == 6
    },
    "previous-mention": {
      $0.press("$"); $0.command("previous-mention"); return $0.state.token == 6
    },
    "disputed": {
      $0.command("disputed")
      return $0.effects.contains {
        if case .lookAt(let request?) = $0 { request.needs == .dispute } else { false }
      }
    },
    "next-suggestion": {
      $0.command("goto hb_0003")
      $0.command("next-suggestion")
      return $0.state.target == 19..<22 && $0.state.token == 19
    },
    "previous-suggestion": {
      $0.command("goto hb_0003")
      $0.press("$")
      $0.command("previous-suggestion")
      return $0.state.target == 19..<22
    },
    "first-token": {
      $0.command("first-token"); return $0.state.token == 0
    },
    "last-token": {
      $0.command("last-token"); return $0.state.token == 13
    },
    "search": {
      $0.command("search label:ORG rovers"); return $0.state.queue.filter == [2]
    },
  ]

  static let labelling: [String: Check] = [
    "select": {
      $0.command("select"); return $0.state.selection == 3..<4
    },
    "type": {
      $0.command("type org"); return $0.gold == ["3-5 ORG", "6-8 MISC"]
    },
    "span": {
      $0.command("span 3 5 LOC"); return $0.gold == ["3-5 LOC", "6-8 MISC"]
    },
    "clear": {
      $0.command("clear 3 5"); return $0.gold == ["6-8 MISC"]
    },
    "extend": {
      $0.command("extend"); return $0.gold == ["3-6 PER", "6-8 MISC"]
    },
    "shrink": {
      $0.command("shrink"); return $0.gold == ["3-4 PER", "6-8 MISC"]
    },
    "extend-left": {
      $0.command("extend-left"); return $0.gold == ["2-5 PER", "6-8 MISC"]
    },
    "shrink-left": {
      $0.command("shrink-left")
      return $0.gold == ["4-5 PER", "6-8 MISC"] && $0.state.token == 4
    },
    "adopt": {
      // The routed expert's answer, whatever system is on screen.
      $0.command("goto hb_0003")
      $0.command("system riva")
      $0.command("adopt")
      return $0.gold == ["3-5 ORG", "6-8 LOC", "19-22 PER"]
        && $0.noticeText
          == "from bilstm-crf: clear LOC on 'Lantern Ground', PER on 'Coach Ida Holm', "
          + "clear PER on 'Ida Holm'"
    },
    "take": {
      $0.command("goto hb_0003")
      $0.command("next-suggestion")
      $0.command("take")
      return $0.gold == ["3-5 ORG", "6-8 LOC", "10-12 LOC", "19-22 PER"]
    },
    "fix": {
      $0.command("fix")
      let refused = $0.noticeText == "fix: every tag of this post is regular"
      $0 = Desk(Samples.irregular(.strict))
      $0.command("fix")
      return refused && $0.gold == ["0-2 PER", "3-4 LOC"]
    },
    "accept": {
      $0.command("accept"); return $0.state.current == 1 && $0.state.review(0) == .reviewed
    },
    "reopen": {
      $0.press("Return", "k"); $0.command("reopen"); return $0.state.review(0) == .untouched
    },
    "save-history": {
      $0.press("O")
      $0.command("save-history /tmp/h.sqlite")
      return $0.services.performed.contains {
        if case .saveHistory(let steps, "/tmp/h.sqlite") = $0 { steps.count == 1 } else { false }
      }
    },
    "export": {
      $0.command("export /tmp/screen.svg")
      return $0.services.performed.contains {
        if case .exportScreen(let copy, "/tmp/screen.svg") = $0 {
          copy.post == "hb_0001" && copy.frame.text.contains("hb_0001")
        } else {
          false
        }
      }
    },
    "undo": {
      $0.press("O", "Return")
      $0.command("undo")
      $0.command("undo")
      return $0.gold == ["3-5 PER", "6-8 MISC"] && $0.state.review(0) == .untouched
    },
    "redo": {
      $0.press("O", "u"); $0.command("redo"); return $0.gold == ["3-5 ORG", "6-8 MISC"]
    },
    "retry": {
      $0.services.failure = "disk full"
      $0.press("O")
      let wasFailed = $0.state.saving.failed.count == 1
      $0.services.failure = nil
      $0.command("retry")
      return wasFailed && $0.state.saving.isClean && $0.services.stored.count == 1
    },
  ]

  static let looking: [String: Check] = [
    "heat": {
      $0.command("heat"); return $0.state.pictureRequest?.heat != nil
    },
    "regions": {
      $0.command("regions"); return $0.text.contains("region 1 of")
    },
    "witness": {
      $0.command("witness")
      return $0.state.layers[WitnessLayer.self] != nil && $0.text.contains("occl.")
    },
    "heads": {
      $0.command("heads")
      return $0.text.contains(" 3 ρ") && $0.state.fullScreen == .picture
    },
    "look-back": {
      $0.command("look-back")
      return $0.noticeText == "look-back: the maps of riva are the same for all words"
    },
    "what-if": {
      $0.command("what-if drop 3")
      return $0.text.contains("what if: without “Anna”")
    },
    "save-what-if": {
      $0.press("o", "b")
      $0.command("save-what-if blank a note")
      return $0.state.savedWhatIfs.first?.note == "a note"
    },
    "what-ifs": {
      $0.press("o", "b")
      $0.command("save-what-if blank")
      $0.command("what-ifs")
      return $0.text.contains("saved what-ifs")
    },
    "numbers": {
      $0.command("numbers"); return $0.text.contains("heat as numbers")
    },
    "next-head": {
      $0.command("next-head"); return $0.state.heatTitle == "head 1 of 8"
    },
    "previous-head": {
      $0.command("previous-head"); return $0.state.heatTitle == "head 8 of 8"
    },
    "head": {
      $0.command("head 3")
      let three = $0.state.heatTitle
      $0.command("head mean")
      return three == "head 3 of 8" && $0.state.heatTitle == "mean of 8"
    },
    "map": {
      $0.command("map"); return $0.noticeText == "map: there is only one map"
    },
    "system": {
      $0.command("system"); return $0.state.shown?.expert == "bilstm-crf"
    },
    "hide": {
      $0.command("hide bilstm-crf")
      let seats = $0.state.seats.map(\.name)
      $0.command("hide")
      return !seats.contains("bilstm-crf") && $0.state.seats.map(\.name).contains("bilstm-crf")
    },
    "full": {
      $0.command("full"); return $0.state.choice.fullScreen == .picture
    },
  ]

  static let relations: [String: Check] = [
    "relation": {
      $0.command("relation 3 6 /per/per/peer")
      return $0.state.currentPost?.relations.map(\.label) == ["/per/per/peer"]
    },
    "label-pair": {
      $0.command("label-pair"); return !$0.state.layers.isBrowsing
    },
    "next-pair": {
      $0 = Desk(RelationSamples.state())
      $0.command("next-pair"); return $0.state.pair?.tail == 6..<7 && $0.state.token == 0
    },
    "previous-pair": {
      $0 = Desk(RelationSamples.state())
      $0.command("previous-pair"); return $0.state.pair?.head == 3..<5 && $0.state.token == 3
    },
    "relate": {
      $0.command("relate"); return $0.state.newHead == 3..<5
    },
    "drop-pair": {
      $0.command("drop-pair"); return $0.state.pairs.isEmpty
    },
  ]

  static let program: [String: Check] = [
    "help": {
      $0.command("help")
      if $0.state.layers[HelpLayer.self] != nil { return true }
      return false
    },
    "command": {
      $0.command("command")
      if $0.state.layers[CommandLayer.self] != nil { return true }
      return false
    },
    "leave": {
      $0.press("v"); $0.command("leave"); return $0.state.selection == nil
    },
    "store": {
      $0.command("store"); return $0.noticeText.contains("annotations.sqlite")
    },
    "findings": {
      $0.state.opened.notices = ["train.txt:7: no tab"]
      $0.command("findings"); return $0.text.contains("train.txt:7")
    },
    "redraw": {
      $0.command("redraw"); return $0.effects.last == .redraw
    },
    "suspend": {
      $0.command("suspend"); return $0.effects.last == .suspend
    },
    "quit": {
      $0.command("quit"); return $0.effects.last == .quit
    },
    "quit!": {
      $0.command("quit!"); return $0.effects.last == .quit
    },
  ]

  @Test func everyActionIsTried() {
    #expect(Set(Self.cases.keys) == Set(Action.all.map(\.name)))
    #expect(Set(Action.all.map(\.name)).count == Action.all.count)
  }

  @Test(arguments: Action.all.map(\.name)) func does(_ name: String) throws {
    let check = try #require(Self.cases[name])
    var desk = Desk(Samples.state())
    let isRight = check(&desk)
    #expect(isRight, "\(name): \(desk.noticeText)")
    expectInvariants(desk.state)
  }

  /// The usual keys do what their actions do.
  @Test func keysOfACorrection() {
    var desk = Desk(Samples.state())
    desk.press("w", "O")
    #expect(desk.gold == ["3-5 PER", "6-8 ORG"])
    #expect(desk.noticeText == "MISC → ORG on 'St Mary'")
    desk.press("u")
    #expect(desk.noticeText == "undo: MISC → ORG on 'St Mary'")
    desk.press("ctrl+r")
    #expect(desk.noticeText == "redo: MISC → ORG on 'St Mary'")
    desk.press("0", "v", "l", "2")
    #expect(desk.gold == ["0-2 LOC", "3-5 PER", "6-8 ORG"])
    desk.press("x", "Return")
    #expect(desk.state.current == 1)
    #expect(desk.services.stored.map(\.name).last == "accept hb_0001")
  }

  @Test func undoGoesToItsPost() {
    var desk = Desk(Samples.state())
    desk.press("O", "Return", "j", "j", "u", "u")
    #expect(desk.state.current == 0)
    #expect(desk.noticeText == "undo: PER → ORG on 'Anna Berg'")
    desk.press("u")
    #expect(desk.noticeText == "undo: everything was taken back")
  }

  @Test func acceptWrapsRoundAndEnds() {
    var desk = Desk(Samples.state())
    for _ in 0..<5 { desk.press("space") }
    #expect(desk.state.labels.accepted == 5)
    #expect(desk.noticeText == "every listed post is accepted")
    desk.press("Tab")
    #expect(desk.noticeText == "every listed post is accepted")
  }
}

extension Desk {
  /// Gold mentions of the post on screen, as `3-5 PER`.
  var gold: [String] {
    state.currentPost?.mentions.map {
      "\($0.range.lowerBound)-\($0.range.upperBound) \($0.type.rawValue)"
    } ?? []
  }
}

/// What must hold after every message.
func expectInvariants(
  _ state: WorkbenchState, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  for index in state.posts.indices {
    let post = state.post(index)
    let labels = state.history.labels(of: state.posts[index])
    #expect(labels.isValid(tokenCount: post.tokens.count), sourceLocation: sourceLocation)
    #expect(labels.review == state.review(index), sourceLocation: sourceLocation)
  }
  let accepted = state.posts.indices.count { state.review($0).isAccepted }
  #expect(accepted == state.labels.accepted, sourceLocation: sourceLocation)
  if let index = state.current {
    #expect(state.posts[index].tokens.indices.contains(state.token), sourceLocation: sourceLocation)
    if let anchor = state.anchor {
      #expect(state.posts[index].tokens.indices.contains(anchor), sourceLocation: sourceLocation)
    }
  }
  let frame = view(state)
  #expect(frame.cells.count == max(0, state.size.columns * state.size.rows))
  for placement in frame.pictures {
    #expect(placement.box.endRow < state.size.rows, sourceLocation: sourceLocation)
  }
}
