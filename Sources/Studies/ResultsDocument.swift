/// The study's tables as Markdown: `Samples/RESULTS.md`. Written by the program, never by hand.
public struct ResultsDocument {
  let results: [HarborStudy.SeedResult]

  /// A document of a finished study.
  public init(_ results: [HarborStudy.SeedResult]) { self.results = results }

  /// The whole document.
  public var markdown: String {
    ([header, experts] + ["riva-ungated", "riva"].map(routing) + [controls])
      .joined(separator: "\n\n") + "\n"
  }

  private var header: String {
    """
    # Results on the harbor sample

    Written by `twinlens study`. Test split, lenient reading, F1 in percent as mean ± standard deviation over seeds \
    \(results.map { "\($0.seed)" }.joined(separator: ", ")); a seed decides the experts' and the router's training, the \
    data split and the encoders are the same for all. Experts are trained on 80 % of the training posts until dev stops \
    improving (three halvings of the learning rate), routers on the other 20 %, chosen on dev, with the protocol of RDS; \
    unlike there the experts are not retrained on everything afterwards.
    """
  }

  private var experts: String {
    var lines = [
      "## Experts", "",
      "R1 and R2 are the posts whose picture adds to the text, R3 and R4 those where it does not.",
      "",
      "| expert | all | R1 | R2 | R3 | R4 | best dev F1 | epochs |",
      "|---|---|---|---|---|---|---|---|",
    ]
    for name in ["bilstm-crf", "riva-ungated", "riva"] {
      let scores = ["all", "R1", "R2", "R3", "R4"].map { key in
        cell(results.map { $0.experts[name]?[key] ?? 0 })
      }
      let dev = cell(results.map { $0.plateaus[name]?.first ?? 0 })
      let epochs = results.map { "\(Int($0.plateaus[name]?.last ?? 0))" }.joined(separator: ", ")
      lines.append("| \(name) | \(scores.joined(separator: " | ")) | \(dev) | \(epochs) |")
    }
    return lines.joined(separator: "\n")
  }

  private func routing(_ expert: String) -> String {
    var lines = [
      "## Routing between bilstm-crf and \(expert)", "",
      "Unimodal and Multimodal are the posts that the router sends to the text and to the multimodal expert; each cell "
        + "gives text / multimodal expert, over the seeds whose router sends any there. Gain is the union above the "
        + "better expert on Full.", "",
      "| router | Unimodal | Multimodal | Full | union | gain | AUC vs imageAdds | routed multimodal |",
      "|---|---|---|---|---|---|---|---|",
    ]
    for router in HarborStudy.routers {
      let rows = results.compactMap { $0.routing[expert]?[router.name] }
      guard !rows.isEmpty else { continue }
      // A router that sends every post one way leaves the other set empty.
      func pair(
        _ sent: (HarborStudy.RouterResult) -> Bool, _ a: (HarborStudy.RouterResult) -> Double,
        _ b: (HarborStudy.RouterResult) -> Double
      ) -> String {
        let rows = rows.filter(sent)
        return rows.isEmpty ? "–" : "\(mean(rows.map(a))) / \(mean(rows.map(b)))"
      }
      lines.append(
        "| \(router.name) | \(pair({ $0.fraction < 1 }, \.unimodalText, \.unimodalMultimodal)) "
          + "| \(pair({ $0.fraction > 0 }, \.multimodalText, \.multimodalMultimodal)) "
          + "| \(pair({ _ in true }, \.fullText, \.fullMultimodal)) | \(cell(rows.map(\.union))) "
          + "| \(cell(rows.map(\.gain))) | \(cell(rows.map(\.auc), digits: 3)) "
          + "| \(cell(rows.map { 100 * $0.fraction }, digits: 1)) % |")
    }
    let first = results.compactMap { $0.routing[expert]?.values.first }
    lines += [
      "",
      "Gold routing by `imageAdds`: \(cell(first.map(\.gold))). Per-post oracle: \(cell(first.map(\.oracle))).",
    ]
    return lines.joined(separator: "\n")
  }

  private var controls: String {
    func row(_ name: String, _ key: String) -> String {
      let rows = results.compactMap { $0.controls[key] }
      return
        "| \(name) | \(cell(rows.map(\.all))) | \(cell(rows.map(\.adds))) | \(cell(rows.map(\.gain))) |"
    }
    return """
      ## Controls

      The multimodal expert's lead and the gain by routing must vanish when it cannot see what is in the pictures: with \
      pictures exchanged between posts (the router sees the exchanged ones too), or trained and tested on nothing but \
      each picture's 4×4×4 colour histogram. Each row has a router of its own (`exact`), trained for this expert and \
      the text expert.

      | expert | all posts | posts whose picture adds | gain of the union |
      |---|---|---|---|
      \(row("bilstm-crf (text)", "text"))
      \(row("riva-ungated", "multimodal"))
      \(row("riva-ungated, pictures exchanged", "shuffled"))
      \(row("riva-ungated trained on colour histograms", "colours"))
      """
  }

  private func mean(_ values: [Double]) -> String {
    RoutingReport.decimals(values.reduce(0, +) / Double(max(1, values.count)), 2)
  }

  private func cell(_ values: [Double], digits: Int = 2) -> String {
    MeanCell.text(values, digits: digits)
  }
}
