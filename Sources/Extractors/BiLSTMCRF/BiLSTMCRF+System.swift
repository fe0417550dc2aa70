extension System {
  /// The text expert of small datasets.
  static let biLSTMCRF = System(
    id: BiLSTMCRF.system, title: "biLSTM-CRF",
    summary: "Train word and character vectors, a biLSTM and a CRF on entity mentions",
    task: .entities, seesPicture: false, needsEncoder: false, recipe: .tagger(TaggerTraining()),
    open: { try BiLSTMCRFModel(folder: $0) },
    train: { try WordTaggerTraining<BiLSTMCRF>.train($0) { _, _ in NoTaggerOptions() } }
  )
  .with(\.isOfSample, true)
  .with(\.head) { _ in "word and character vectors, a biLSTM, a CRF" }
}
