extension RoutingReport {
  /// The table as text, scores in percent.
  public var table: String {
    func row(_ name: String, _ posts: Int, _ expert: String, _ score: Score) -> String {
      Self.pad(name, 12) + Self.pad("\(posts)", 7, right: true) + "  " + Self.pad(expert, 28)
        + [score.precision, score.recall, score.f1].map { Self.number($0) }.joined()
    }
    var lines = [
      "\(dataset), split \(split), "
        + (task == .entities ? "\(reading) reading" : "relations without None")
        + ", router \(models.router)" + (mark.map { " (\($0))" } ?? ""), "",
      Self.pad("set", 12) + Self.pad("posts", 7, right: true) + "  " + Self.pad("answered by", 28)
        + ["P", "R", "F1"].map { Self.pad($0, 8, right: true) }.joined(),
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
    lines.append("")
    let better = max(full.text.f1, full.multimodal.f1)
    lines.append(
      "union − better expert: \(Self.signed(full.union.f1 - better)) F1   routed to the multimodal "
        + "expert: \(Self.percent(router.fractionMultimodal))"
        + (router.aucImageAdds.map { "   AUC of p against imageAdds: \(Self.decimals($0, 3))" }
          ?? ""))
    return lines.joined(separator: "\n")
  }

  static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  static func number(_ value: Double) -> String { pad(decimals(value, 2), 8, right: true) }

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
