import Annotations
import Corpora
import Routing
import Settings

extension QueryField {
  /// Every field, in the order of the manual.
  package static let all: [QueryField] = [
    text(
      "label", aliases: ["type"], ["label:PER"], "with a mention of this type", .types
    ) {
      .label(.normalized($0.uppercased()))
    },
    text(
      "mention", ["mention:trump", "mention:PER:\"donald trump\""],
      "with a mention that has this in its words, of any type or of the one before a colon",
      .text([])
    ) { value in
      let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(\.isLetter) else {
        return .mention(nil, value.lowercased())
      }
      return .mention(.normalized(parts[0].uppercased()), parts[1].lowercased())
    },
    text(
      "relation", ["relation:member_of"], "with a pair whose relation has this in its name",
      .relations
    ) { .relation($0.lowercased()) },
    text(
      "pair", ["pair:berg", "pair:\"anna berg\""],
      "with a pair that has this in the words of its head or tail, or in its relation",
      .text([])
    ) { .pair($0.lowercased()) },
    words(
      "state", ["state:accepted"], "in this state: " + states.map(\.word).joined(separator: ", "),
      states, more: ["reviewed": .state(.reviewed)]),
    text(
      "annotator", aliases: ["by"], ["annotator:ada", "by:me"],
      "whose labels or state ada, or you, changed last", .annotators
    ) { .annotator($0.lowercased()) },
    text("assigned", ["assigned:ada"], "that ada is to label", .assignees) {
      .assigned($0.lowercased())
    },
    QueryField(
      "since", ["since:2026-11-21", "since:2h", "since:me"],
      "that were changed last after the beginning of this day (or minute, "
        + "`2026-11-21T08:30`; both UTC), or at most so long ago: `90m`, `2h`, `3d`, `1w`; `me`: "
        + "that others changed since you were last here",
      .text([Query.Condition.me, "1h", "1d", "1w"])
    ) { value throws(QueryError.Problem) -> Meaning in
      if value.lowercased() == Query.Condition.me { return .condition(.unread) }
      guard let moment = Moment(value.lowercased()) else { throw .notAMoment(value, of: "since") }
      return .condition(.since(moment))
    },
    text(
      "note", ["note:yes", "note:blurred"], "with a note, or with this text in it",
      .text(["yes", "no"])
    ) {
      switch $0.lowercased() {
      case "yes": .note(.isThere(true))
      case "no": .note(.isThere(false))
      case let text: .note(.text(text))
      }
    },
    yesOrNo("flag", "that are flagged, or are not") { .flagged($0) },
    yesOrNo("skipped", "that were skipped, or were not") { .skipped($0) },
    words(
      "is", ["is:different"],
      "`different`: the labels are not what the chosen expert answers; `disputed` (or `disagree` "
        + "alone): the experts on screen say different things (`D`); `flip`: the newly trained "
        + "router changes the route; `irregular` (also alone): the file has a tag that the scheme "
        + "does not allow; `changed`: the labels are not the file's; `divided`: annotators accepted "
        + "it with different labels, or only some of them, and nobody decided (`J`); `picked`: it stands "
        + "behind the bar or number that was chosen last in `:dataset`",
      [
        ("different", .differs), ("disputed", .disputed), ("flip", .flips),
        ("irregular", .irregular), ("changed", .changed), ("divided", .divided),
        ("picked", .picked),
      ]),
    words(
      "route", ["route:text"], "that go to the `text` or the `multimodal` expert",
      [("text", .route(.text)), ("multimodal", .route(.multimodal))]),
    words(
      "cell", ["cell:text route:multimodal"],
      "of which `both` of the router's experts find exactly the labels, only the `text` expert, only "
        + "the `multimodal` one, or `neither`",
      AgreementCell.allCases.map { ($0.rawValue, .cell($0)) }),
    number(
      .p, [">.6", "<.4", ".45..55"], "with this p; a post without a picture has none"),
    number(
      .gate, [">.8"],
      "of whose picture an expert takes so much: the mean of its gate, 0 to 1, over words; "
        + "of the first open expert that has one"),
    number(
      .confidence, ["<.5"],
      "where the chosen expert is so sure of its least sure mention or relation; a post on which "
        + "it names none has none"),
    number(
      .suspicion, [">.8"],
      "whose labels are so suspicious, as `twinlens suspect` found; none where they were edited "
        + "since"),
    words(
      "picture", ["picture:missing"],
      "`yes`: its file is there; `no`: there is none; `missing`: the post names one that is not "
        + "there; `broken`: it cannot be decoded",
      Query.Picture.allCases.map { ($0.rawValue, .picture($0)) }),
    yesOrNo(
      "imageAdds", "whose picture adds to the text, or does not; only posts where that is judged"
    ) { .imageAdds($0) },
    number(.length, ["<5", ">40"], "of so many words"),
    number(.mentions, ["0", "2..5"], "with so many mentions"),
    number(.pairs, [">1"], "with so many pairs"),
    words(
      "split", ["split:dev"], "`train`, `dev`, `test` or `all`",
      Split.allCases.map { ($0.rawValue, .split($0)) }),
    text("id", ["id:0042"], "with this in their id", .ids) { .id($0.lowercased()) },
    QueryField(
      "sort", ["sort:suspicion", "sort:-suspicion"],
      "that match, in this order (the table below); with a `-` the other way round",
      .words(Query.Order.all.map(\.name))
    ) { value throws(QueryError.Problem) -> Meaning in
      guard let order = Query.Order(value.lowercased()) else {
        let known = Query.Order.Key.allCases.map(\.rawValue)
        throw .unknownValue(
          value, of: "sort", known: known, nearest: NearestName.find(value, among: known))
      }
      return .order(order)
    },
  ]

  /// Words without a colon that mean a condition. In quotes they are text.
  package static let flags: [String: Query.Condition] = [
    "disagree": .disputed, "irregular": .irregular,
  ]

  /// The states by what the screen calls them.
  private static let states: [(word: String, condition: Query.Condition)] =
    ReviewState.allCases.map { ($0.word, .state($0)) }
}
