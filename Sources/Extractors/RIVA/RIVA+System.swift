extension System {
  /// The multimodal expert of small datasets.
  static let riva = System(
    id: RIVATagger.system, title: "RIVA",
    summary: "Train RIVA on posts with pictures, and a biLSTM-CRF on its embeddings",
    task: .entities, seesPicture: true, needsEncoder: false, recipe: .tagger(RIVATraining.recipe),
    open: { try RIVAModel(folder: $0) }, train: RIVATraining.train
  )
  .with(\.isOfSample, true)
  .with(\.stages, RIVATraining.stages)
  .with(\.learnsUnlabelled, true)
  .with(
    \.switches,
    [
      .part("gate", "the relation gate; without it s^G = 1 (the paper's -RGN)"),
      .part("gate-gradient", "the next-word loss teaches the gate too"),
      .part("finetuning", "labelled posts have the last word on the gate in every epoch"),
      .part("gate-loss", "the gate keeps its own loss while the tags are learned"),
      .choice(
        "context", RIVAOptions.Context.allCases.map(\.rawValue),
        "what the tagger reads beside its words: RIVA's embeddings, RIVA's of the text alone, the "
          + "picture as a first step, or nothing"),
      .choice(
        "relations", RIVAOptions.Relations.allCases.map(\.rawValue),
        "what the gate's teacher learns from: all labels of whether pictures add, those of one post "
          + "in ten, or own pictures against other posts'; auto: labels where there are any"),
      .choice(
        "fusion", RIVAOptions.Fusion.allCases.map(\.rawValue),
        "how sentence and picture meet in the gate"),
      .choice(
        "pretrained-rate", RIVAOptions.Rate.allCases.map(\.rawValue),
        "how fast RIVA moves while the tags are learned: as all else, at the paper's 1e-4, or not at all"
      ),
      .choice(
        RIVAOptions.Pretraining.option, RIVAOptions.Pretraining.allCases.map(\.rawValue),
        "how long teacher and RIVA learn before the tags: at most 8 and 6 epochs, or 35 of each as the "
          + "paper has it"),
      .choice(
        RIVAOptions.PictureNetwork.option, RIVAOptions.PictureNetwork.allCases.map(\.rawValue),
        "whether the picture network learns along at 1e-4, as the paper has it; several times as long"
      ),
      TaggerSizes.choice, TaggerTraining.choice,
    ]
  )
  .with(\.takesEncoder, true)
  .with(\.needsPictures) { value in
    RIVAOptions.Context(rawValue: value("context"))?.seesPicture ?? true
  }
  .with(
    \.conflict,
    { values in
      let context = values["context"] ?? RIVAOptions.Context.riva.rawValue
      if !(RIVAOptions.Context(rawValue: context)?.learnsFirst ?? true),
        let odd = ["pretrained-rate", RIVAOptions.Pretraining.option, "corpus", "pretrained"].first(
          where: { values[$0] != nil })
      {
        return
          "\(odd) is of what RIVA learns before the tags; leave it out with --context \(context)"
      }
      if values["pretrained"] != nil,
        let odd = ["relations", "finetuning", RIVAOptions.Pretraining.option, "corpus"].first(
          where: { values[$0] != nil })
      {
        return
          "\(odd) is for what comes before the tags, which --pretrained brings along; leave out "
          + "one of them"
      }
      let network = RIVAOptions.PictureNetwork.option
      if context != RIVAOptions.Context.riva.rawValue, values[network] != nil {
        return "\(network) is of RIVA with pictures; leave it out with --context \(context)"
      }
      let ofGate = ["gate-gradient", "gate-loss", "finetuning", "relations", "fusion"]
      let given = (["gate"] + ofGate).filter { values[$0] != nil }
      if context != RIVAOptions.Context.riva.rawValue, let odd = given.first {
        return "\(odd) is of RIVA with pictures; leave it out with --context \(context)"
      }
      if values["gate"] == Switch.off, let odd = given.first(where: ofGate.contains) {
        return "\(odd) is of the gate; leave it out without one"
      }
      return nil
    }
  )
  .with(\.paper, .riva)
  .with(\.variants, [Variant("riva-ungated", ["gate": Switch.off])])
  .with(\.head) { origin in
    let options = origin.options ?? ""
    let first =
      options.contains("context=none")
      ? "" : options.contains("context=picture") ? "the picture" : "RIVA's embeddings"
    return (first.isEmpty ? "a biLSTM-CRF" : "\(first) in front of a biLSTM-CRF")
      + (origin.encoder.map { ", \($0) beside the words" } ?? "")
      + (origin.vectors.map { ", vectors of \($0.split(separator: " ").first ?? "")" } ?? "")
  }
}
