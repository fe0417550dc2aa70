extension System {
  /// MAF. A quarter of each batch gets another post's picture.
  static let maf = System(
    id: MAFHead.system, title: "MAF",
    summary: "Fine-tune MAF on entity mentions of posts with pictures", task: .entities,
    seesPicture: true, needsEncoder: true,
    recipe: .fineTuning(FineTuning(epochs: 6, batch: 32, encoderRate: 1e-4, headRate: 3e-4)),
    open: { try MAFModel(folder: $0) },
    train: { training in
      try MAFModel.train(
        training,
        measures: { network, items in try MatchQuality.metrics(of: network, on: items) }
      ) { job, base in MAFOptions(job, base) }
    }
  )
  .with(
    \.switches,
    [
      LabelScheme.choice,
      .choice(
        "matching", ["fitting", "flattened", "pooled", Switch.off],
        "flattened: 128 positions, as the reference. pooled: their mean. fitting: by the encoder"),
      .part("image", "the picture; without it all regions are zeros"),
      .part("alignment", "the alignment of the text's and the picture's vectors"),
      .part("gate", "the gate between words and picture; without it it stands open"),
    ]
  )
  .with(\.settingsConflict) { value, settings in
    guard value("matching") != Switch.off, value("image") != Switch.off,
      settings.batch < MAFOptions.leastBatch
    else { return nil }
    return
      "the matching learns from exchanged pictures, and of --batch \(settings.batch) none is exchanged; give "
      + "--batch \(MAFOptions.leastBatch) or more (`train maf` can leave it out with --matching off)"
  }
  .with(\.head) { LabelScheme.sentence($0) }
  .with(\.published, "MAF")
}

extension MAFOptions {
  /// What a job asks for.
  init(_ job: TrainingJob, _ base: TextBase) {
    let fitting = MAFOptions.fitting(hiddenSize: base.encoder.configuration.stack.hiddenSize)
    switch job.value("matching") {
    case "flattened": self = MAFOptions()
    case "pooled": self = .fitting(hiddenSize: 1)
    default: self = fitting
    }
    usesPicture = !job.isOff("image")
    matches = !job.isOff("matching")
    aligns = !job.isOff("alignment")
    gated = !job.isOff("gate")
  }
}
