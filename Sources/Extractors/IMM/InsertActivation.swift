import Encoders
import Tensors

/// IMM's insert-activation (IA, MODELS §6.4): what each word selects of the picture becomes a
/// memory slot beside those of the feed-forward part, and every word may activate every slot.
///
/// f(h [φ_k; K]ᵀ) [φ_v; V] = FFN(h) + f(h φ_kᵀ) φ_v: only the second term is computed here.
struct InsertActivation: ParameterContainer {
  /// D → D, φ_k of what was selected.
  var key: Linear
  /// D → D, φ_v.
  var value: Linear

  /// φ_v is zero at first, so that the layer begins as what was pretrained. (The paper gives no
  /// first weights. With usual ones the slots of fifteen words add up to twenty times the state
  /// that they are added to, training shuts their activations for good, and the picture is never
  /// seen.)
  init(_ size: Int, _ source: inout WeightSource) {
    key = Linear(size, size, bias: false, deviation: 0.02, &source)
    value = Linear(weight: source.constant([size, size], 0), bias: nil)
  }

  /// What a layer's feed-forward part gains.
  struct Found {
    /// B×T×D.
    let output: Tape.Variable
    /// B×T×N: what each word selects of the picture.
    let selection: Tensor
    /// B×T×T: how strongly each word activates each slot.
    let activation: Tensor
  }

  /// - Parameters:
  ///   - h: B×T×D, what the feed-forward part reads.
  ///   - picture: B×N×D.
  ///   - mask: B×T, false for padding, whose slots stay empty.
  ///   - substitute: what is put in place of the selection.
  func callAsFunction(
    _ h: Tape.Variable, _ picture: Tape.Variable, mask: [Bool], _ options: IMMOptions,
    _ tape: Tape, _ substitute: (@Sendable (Tensor) -> Tensor)? = nil
  ) -> Found {
    let (batch, length, size) = (tape.shape(h)[0], tape.shape(h)[1], tape.shape(h)[2])
    let root = Float(size).squareRoot()
    let asked = options.scalesSelection ? h : tape.scale(h, by: root)
    let (selected, weights) = tape.attention(
      asked, picture, picture, heads: 1, mask: AttentionMask(), dropout: 0, intercept: substitute)
    let scores = tape.gelu(tape.products(h, key(selected, tape)))
    var open = Tensor([batch, length, length])
    for i in 0..<batch {
      for t in 0..<length {
        for slot in 0..<length where mask[i * length + slot] {
          if !options.tokenwise || slot == t {
            open.array[(i * length + t) * length + slot] = 1
          }
        }
      }
    }
    let activation = tape.multiply(scores, tape.constant(open))
    return Found(
      output: tape.mix(activation, value(selected, tape)),
      selection: weights.reshaped([batch, length, tape.shape(picture)[1]]),
      activation: tape[activation])
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    key.visitParameters(prefix + "key.", visit)
    value.visitParameters(prefix + "value.", visit)
  }
}
