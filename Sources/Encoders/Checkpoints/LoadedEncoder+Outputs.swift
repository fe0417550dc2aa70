import Tensors

/// What a model is given, by the names of Hugging Face; what a kind of model does not read stays
/// nil.
package struct EncoderInputs: Sendable {
  /// `input_ids`, `attention_mask`, `token_type_ids`.
  package var text: TextBatch?
  /// `pixel_values`, B×3×H×W.
  package var pixels: Tensor?

  /// Inputs by kind.
  package init(text: TextBatch? = nil, pixels: Tensor? = nil) {
    self.text = text
    self.pixels = pixels
  }

  /// The `in.*` tensors of a file of reference values.
  ///
  /// - Throws: `SafetensorsError`, `EncoderInputError`.
  package init(_ io: Safetensors) throws {
    if let shape = io.entries["in.input_ids"]?.shape {
      let ids = try io.integers("in.input_ids")
      guard shape.count == 2 else {
        throw EncoderInputError.batch(ids: ids.count, count: shape.first ?? 0, length: 0)
      }
      func optional(_ name: String) throws -> [Int]? {
        io.entries[name] == nil ? nil : try io.integers(name)
      }
      text = TextBatch(
        ids: ids, count: shape[0], length: shape[1],
        mask: try optional("in.attention_mask").map { $0.map { $0 != 0 } },
        tokenTypes: try optional("in.token_type_ids"))
    }
    if io.entries["in.pixel_values"] != nil { pixels = try io.tensor("in.pixel_values") }
  }
}

extension LoadedEncoder {
  /// Everything that the reference names of a forward pass, by that name.
  ///
  /// Attentions are layers×B×h×T×T and hidden states (layers + 1)×B×T×D; a ResNet gives
  /// `stage0` (after the stem) to `stageN`.
  ///
  /// - Throws: `EncoderInputError`.
  package func outputs(_ inputs: EncoderInputs) throws -> [String: Tensor] {
    let tape = Tape()
    var result: [String: Tensor] = [:]
    func take(_ prefix: String, _ output: EncoderOutput, _ watch: AttentionWatch) {
      result[prefix + "last_hidden_state"] = tape[output.last]
      result[prefix + "hidden_states"] = Self.stack(output.hidden.map { tape[$0] })
      result[prefix + "attentions"] = Self.stack(watch.weights)
      if let pooled = output.pooled { result[prefix + "pooler_output"] = tape[pooled] }
    }
    switch self {
    case .bert(let model), .roberta(let model):
      if let text = inputs.text {
        let watch = AttentionWatch()
        take("", try model(text, tape, watch), watch)
      }
    case .clipText(let model):
      if let text = inputs.text {
        let watch = AttentionWatch()
        take("", try model(text, tape, watch), watch)
      }
    case .clipVision(let model):
      if let pixels = inputs.pixels {
        let watch = AttentionWatch()
        take("", try model(tape.constant(pixels), tape, watch), watch)
      }
    case .vit(let model):
      if let pixels = inputs.pixels {
        let watch = AttentionWatch()
        take("", try model(tape.constant(pixels), tape, watch), watch)
      }
    case .clip(let model):
      var (texts, pictures): (Tape.Variable?, Tape.Variable?)
      if let text = inputs.text {
        let watch = AttentionWatch()
        let output = try model.text(text, tape, watch)
        take("text_", output, watch)
        texts = output.pooled.map { model.textVectors($0, tape) }
      }
      if let pixels = inputs.pixels {
        let watch = AttentionWatch()
        let output = try model.vision(tape.constant(pixels), tape, watch)
        take("vision_", output, watch)
        pictures = output.pooled.map { model.pictureVectors($0, tape) }
      }
      result["text_embeds"] = texts.map { tape[$0] }
      result["image_embeds"] = pictures.map { tape[$0] }
      if let texts, let pictures {
        let logits = model.logits(pictures: pictures, texts: texts, tape)
        result["logits_per_image"] = tape[logits]
        result["logits_per_text"] = tape[tape.transpose(logits)]
      }
    case .resnet(let network):
      if let pixels = inputs.pixels { try Self.take(network, pixels, tape, &result) }
    }
    return result
  }

  private static func take(
    _ network: ResNet, _ pixels: Tensor, _ tape: Tape, _ result: inout [String: Tensor]
  ) throws {
    let shape = pixels.shape
    guard shape.count == 4, shape[0] > 0, shape[1] == 3, shape[2] > 0, shape[3] > 0 else {
      throw EncoderInputError.pictures(shape: shape, expected: "B×3×H×W")
    }
    let maps = network.stages(tape.constant(pixels), tape)
    for (i, map) in maps.enumerated() { result["stage\(i)"] = tape[map] }
    let last = maps[maps.count - 1]
    result["last_hidden_state"] = tape[last]
    let pooled = tape[tape.meanOverMiddle(tape.regions(last))]
    result["pooler_output"] = pooled.reshaped(pooled.shape + [1, 1])
  }

  private static func stack(_ tensors: [Tensor]) -> Tensor? {
    guard let first = tensors.first else { return nil }
    return Tensor([tensors.count] + first.shape, tensors.flatMap(\.array))
  }
}
