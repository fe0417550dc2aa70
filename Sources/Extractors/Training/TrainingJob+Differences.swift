import Encoders
import Files

extension TrainingJob {
  /// Names of the folders that pictures are seen with; none for experts that see none.
  package var pictureFolders: [String] {
    let network = needsPictures ? pictures : nil
    return [network, needsDual ? dual : nil].compactMap { $0.map(Self.named) }
  }

  /// What distinguishes this training from the system's usual one on the same posts, but for its
  /// switches and seeds, in words: `3 epochs`, `corpus tweets 3f09c1d2`. Results of other
  /// differences are others' results.
  package var differences: [String] {
    var result: [String]
    switch system.recipe {
    case .fineTuning(let recipe):
      let usual = encoder.map { system.recipe(recipe, encoder: $0) } ?? recipe
      result = changes.words(besides: usual)
    case .tagger(let recipe):
      result = changes.words(besides: recipe.choosing(value))
    }
    result += [
      posts.corpusMark.map { "corpus \($0)" }, posts.judgementsMark.map { "judgements \($0)" },
      vectors.map { "vectors \(WordVectors.mark(of: $0)) bytes" },
      pretrained.map { "pretrained \(Self.marked($0))" },
      needsBoxes ? posts.pictures.boxes.map { "regions \($0.description)" } : nil,
    ].compactMap { $0.map { VisibleText.sentence($0) } }
    return result
  }

  /// How many digits of a fingerprint tell two folders of one name apart.
  static let markDigits = 8

  private static func named(_ folder: String) -> String {
    VisibleText.name(FilePath.name(of: folder))
  }

  /// A folder's name with the beginning of its fingerprint: model folders are often called after
  /// their system, so that the name alone tells little.
  private static func marked(_ folder: String) -> String {
    let digits = ModelFolder.fingerprint(of: folder)?.prefix(markDigits)
    return FilePath.name(of: folder) + (digits.map { " \($0)" } ?? "")
  }
}

extension FineTuningChanges {
  /// What is otherwise than in a recipe, in words.
  package func words(besides usual: FineTuning) -> [String] {
    let wanted = applied(to: usual)
    return counts(wanted.epochs, besides: usual.epochs, batch: wanted.batch, besides: usual.batch)
      + [
        Self.rate("encoder rate", wanted.encoderRate, besides: usual.encoderRate),
        Self.rate("head rate", wanted.headRate, besides: usual.headRate),
        Self.rate("CRF rate", wanted.crfRate, besides: usual.crfRate),
        wanted.longest == usual.longest ? nil : "at most \(wanted.longest.counted("piece"))",
      ].compactMap(\.self)
  }

  /// The same for taggers, which take epochs and batch alone.
  package func words(besides usual: TaggerTraining) -> [String] {
    let wanted = applied(to: usual)
    return counts(wanted.epochs, besides: usual.epochs, batch: wanted.batch, besides: usual.batch)
  }

  /// All that was asked for, in words, whatever the recipes of several experts are.
  package var words: [String] {
    [
      epochs.map { $0.counted("epoch") }, batch.map { "batch \($0)" },
      Self.rate("encoder rate", encoderRate, besides: nil),
      Self.rate("head rate", headRate, besides: nil), Self.rate("CRF rate", crfRate, besides: nil),
      longest.map { "at most \($0.counted("piece"))" },
    ].compactMap(\.self)
  }

  private func counts(
    _ epochs: Int, besides usualEpochs: Int, batch: Int, besides usualBatch: Int
  ) -> [String] {
    [
      epochs == usualEpochs ? nil : epochs.counted("epoch"),
      batch == usualBatch ? nil : "batch \(batch)",
    ].compactMap(\.self)
  }

  private static func rate(_ name: String, _ value: Float?, besides usual: Float?) -> String? {
    guard let value, value != usual else { return nil }
    return "\(name) \(value)"
  }
}
