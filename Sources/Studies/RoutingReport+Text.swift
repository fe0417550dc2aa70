extension RoutingReport {
  /// The table as text, scores in percent.
  package var table: String {
    func row(_ name: String, _ posts: Int, _ expert: String, _ score: Score) -> String {
      Self.pad(name, 12) + Self.pad("\(posts)", 7, right: true) + "  " + Self.pad(expert, 28)
        + [score.precision, score.recall, score.f1].map(Self.number).joined()
        + Self.pad(Self.range(score.interval), 17, right: true)
    }
    var lines = [
      "\(dataset), split \(split), "
        + (task == .entities ? "\(reading) reading" : "relations without None")
        + ", router \(models.router)" + (mark.map { " (\($0))" } ?? ""), "",
      Self.pad("set", 12) + Self.pad("posts", 7, right: true) + "  " + Self.pad("answered by", 28)
        + ["P", "R", "F1"].map { Self.pad($0, 8, right: true) }.joined()
        + Self.pad("95 %", 17, right: true),
    ]
    let text = "text: \(models.text)"
    let multimodal = "multimodal: \(models.multimodal)"
    for (name, set) in [("Unimodal", sets.unimodal), ("Multimodal", sets.multimodal)] {
      lines.append(row(name, set.posts, text, set.text))
      lines.append(row("", set.posts, multimodal, set.multimodal))
    }
    let full = sets.full
    lines.append(row("Full", full.posts, text, full.text))
    lines.append(row("", full.posts, multimodal, full.multimodal))
    lines.append(row("", full.posts, "union by the router", full.union))
    if let gold = full.goldRouting {
      lines.append(row("", full.posts, "union by gold routing", gold))
    }
    lines.append(row("", full.posts, "union by the per-post oracle", full.oracle))
    lines += [""] + cellLines + [""]
    let better = [full.text.f1, full.multimodal.f1].compactMap(\.self).max()
    let gain = full.union.f1.flatMap { union in better.map { Self.signed(union - $0) } } ?? "—"
    lines.append(
      "union − better expert: \(gain) F1   routed to the multimodal "
        + "expert: \(Self.percent(router.fractionMultimodal))"
        + (router.aucImageAdds.map { "   AUC of p against imageAdds: \(Self.decimals($0, 3))" }
          ?? ""))
    lines.append(
      "95 %: where F1 lies when the posts of the set are drawn again with replacement, 1,000 times")
    return (lines + undefined).joined(separator: "\n")
  }

  /// Posts by who is right of them; `cell:text route:multimodal` lists those of a cell.
  private var cellLines: [String] {
    func row(_ name: String, _ numbers: [String]) -> String {
      Self.pad(name, 19) + numbers.map { Self.pad($0, 17, right: true) }.joined()
    }
    func row(_ name: String, _ counts: Cells.Counts) -> String {
      row(name, [counts.both, counts.text, counts.multimodal, counts.neither].map(String.init))
    }
    return [
      row("posts all right by", ["both", "text only", "multimodal only", "neither"]),
      row("Unimodal", cells.unimodal), row("Multimodal", cells.multimodal),
    ]
  }

  /// Why there are dashes in place of scores, if there are.
  private var undefined: [String] {
    let full = sets.full
    let all = [
      sets.unimodal.text, sets.unimodal.multimodal, sets.multimodal.text,
      sets.multimodal.multimodal,
      full.text, full.multimodal, full.union, full.oracle,
    ]
    guard all.contains(where: { $0.precision == nil || $0.recall == nil }) else { return [] }
    var reasons: [String] = []
    for (name, posts) in [
      ("Unimodal", sets.unimodal.posts), ("Multimodal", sets.multimodal.posts),
    ] where posts == 0 {
      reasons.append("no post is in the set \(name)")
    }
    if full.text.recall == nil {
      reasons.append("the posts have no labels to find, so R has nothing to divide by")
    } else if all.contains(where: { $0.recall == nil }) {
      reasons.append("a set without labels has no R")
    }
    if all.contains(where: { $0.precision == nil }) {
      reasons.append("an expert that names nothing in a set has no P")
    }
    return ["—: " + reasons.joined(separator: "; ")]
  }

  /// The ends of an interval, or a dash.
  private static func range(_ interval: Score.Interval?) -> String {
    interval.map { "\(decimals($0.low, 2)) – \(decimals($0.high, 2))" } ?? "—"
  }

  static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  /// A score, or a dash where it is not defined.
  static func number(_ value: Double?) -> String {
    pad(value.map { decimals($0, 2) } ?? "—", 8, right: true)
  }

  static func percent(_ share: Double) -> String { decimals(share * 100, 1) + " %" }

  static func signed(_ value: Double) -> String {
    (value < 0 ? "−" : "+") + decimals(abs(value), 2)
  }

  /// A number with a fixed number of decimals.
  static func decimals(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { s, _ in s * 10 }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    let part = String(whole % Int(scale))
    return sign + "\(whole / Int(scale))"
      + (digits == 0 ? "" : "." + String(repeating: "0", count: digits - part.count) + part)
  }
}
