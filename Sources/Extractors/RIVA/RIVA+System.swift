extension System {
  /// The multimodal expert of small datasets.
  static let riva = System(
    id: RIVATagger.system, title: "RIVA",
    summary: "Train RIVA's relation gate and visual context with a biLSTM-CRF on entity mentions",
    task: .entities, seesPicture: true, needsEncoder: false, recipe: .tagger(TaggerTraining()),
    open: { try RIVAModel(folder: $0) },
    train: {
      try WordTaggerTraining<RIVATagger>.train($0) { job, source in
        RIVAOptions(regionSize: source?.shape[1] ?? 0, gated: !job.isOff("gate"))
      }
    }
  )
  .with(\.isOfSample, true)
  .with(\.switches, [.part("gate", "the relation gate; without it s^G = 1")])
  .with(\.variants, [Variant("riva-ungated", ["gate": Switch.off])])
  .with(\.head) { _ in "a relation gate and visual context in front of a biLSTM-CRF" }
}
