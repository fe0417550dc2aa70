import Encoders

/// Switches of IMM; the parts are the paper's ablations.
package struct IMMOptions: MultimodalOptions {
  /// False: all pictures are zeros.
  package var usesPicture = true
  /// False: no SW loss.
  package var aligns = true
  /// False: plain feed-forward parts in IA's layers.
  package var inserts = true
  /// Whether norms stand behind the sums, as in the encoder, rather than before the sublayers.
  package var normsSums = false
  /// Whether the sentence level sees the picture mirrored: another view than the word level's.
  package var mirrors = true
  /// Whether vectors are compared by their dot products as they are.
  package var comparesRaw = false
  /// Whether text and picture attend to each other in ISA, which is written so that each attends
  /// to itself; nil as false, in folders of older versions.
  package var joins: Bool?
  /// Whether word i sees slot i only.
  package var tokenwise = false
  /// Whether the selection's scores are divided by √D.
  package var scalesSelection = false
  /// α, of the sentence level.
  package var sentenceWeight: Float = 0.5
  /// β, of the word level.
  package var wordWeight: Float = 0.5
  /// γ, of SW.
  package var alignmentWeight: Float = 0.1
  /// δ, of the task.
  package var taskWeight: Float = 1
  /// What cosines are divided by.
  package var temperature: Float = 0.07

  package init(_ value: (String) -> String) {
    usesPicture = value("image") != Switch.off
    aligns = value("sw") != Switch.off
    inserts = value("insert-activation") != Switch.off
    normsSums = value("norm") == "post"
    mirrors = value("sentence-view") != "same"
    comparesRaw = value("comparison") == "raw"
    tokenwise = value("slots") == "own"
    scalesSelection = value("selection") == "scaled"
    joins = value("isa") == "joint" ? true : nil
    sentenceWeight = Float(value("alpha")) ?? 0.5
    wordWeight = Float(value("beta")) ?? 0.5
    alignmentWeight = Float(value("gamma")) ?? 0.1
    taskWeight = Float(value("delta")) ?? 1
    temperature = Float(value("temperature")) ?? 0.07
  }

  var norm: TransformerConfiguration.NormPlace { normsSums ? .post : .pre }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    [sentenceWeight, wordWeight, alignmentWeight, taskWeight].allSatisfy { (0...100).contains($0) }
      && (0.001...100).contains(temperature)
  }
}
