/// What queries can say, as the manual prints it.
package enum QueryTable {
  /// A Markdown table of all terms, and one of the orders. Made from the same table as the parser
  /// and the completion, so it cannot say anything else than they do.
  package static func markdown() -> String {
    var lines = ["| term | posts |", "| --- | --- |"]
    lines += signs.map { row($0.examples, $0.summary) }
    lines += QueryField.all.map { row($0.examples, $0.summary) }
    lines += ["", "| order | |", "| --- | --- |"]
    lines += Query.Order.all.filter { !$0.isReversed }.map {
      row(["sort:\($0.name)"], $0.words + meaning($0.key))
    }
    return lines.joined(separator: "\n")
  }

  private static let signs: [(examples: [String], summary: String)] = [
    (["ferry"], "with this text in them or in their id, whatever the case"),
    (["\"St Mary\""], "with this text, blanks and colons included"),
    (["/\\bSt \\w+/"], "whose text matches the regular expression"),
    (["ferry label:PER", "ferry and label:PER"], "for which both terms hold"),
    (["ferry or tide"], "for which one of them holds"),
    (["-ferry", "not ferry"], "for which the term does not hold"),
    (["(ferry or tide) label:PER"], "for which what is in parentheses holds, and the other term"),
    (["@calm"], "that the saved query `calm` lists; text where there is none of that name"),
  ]

  private static func meaning(_ key: Query.Order.Key) -> String {
    switch key {
    case .suspicion: ", as `twinlens suspect` found"
    case .disagreement: ": by the share of pairs of experts on screen that say different things"
    case .p: "; posts without a picture last"
    case .length: ", by words"
    case .time: "; posts that nobody changed last"
    case .file: ": train, dev, test, then other files"
    }
  }

  private static func row(_ examples: [String], _ summary: String) -> String {
    let terms = examples.map { "`\($0.replacing("|", with: "\\|"))`" }.joined(separator: ", ")
    return "| \(terms) | \(summary) |"
  }
}
