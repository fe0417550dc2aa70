extension System {
  /// UMT on a BERT with a CRF. Its head is deep: the rate is lower than that of a single layer.
  static let umt = System(
    id: UMTHead.system, title: "UMT-BERT-CRF",
    summary: "Fine-tune UMT-BERT-CRF on entity mentions of posts with pictures", task: .entities,
    seesPicture: true, needsEncoder: true,
    recipe: .fineTuning(FineTuning(epochs: 6, batch: 16, encoderRate: 1e-4, headRate: 3e-4)),
    open: { try UMTModel(folder: $0) },
    train: { training in
      try UMTModel.train(training) { job, _ in
        var options = UMTOptions()
        options.usesPicture = !job.isOff("image")
        options.spanTask = !job.isOff("spans")
        options.gated = !job.isOff("gate")
        return options
      }
    }
  )
  .with(
    \.switches,
    [
      LabelScheme.choice, .part("image", "the picture; without it all regions are zeros"),
      .part("spans", "the auxiliary task of finding where mentions are"),
      .part("gate", "the visual gate; without it it stands open"),
    ]
  )
  .with(\.head) { LabelScheme.sentence($0) }
  .with(\.published, "UMT-BERT-CRF")
}
