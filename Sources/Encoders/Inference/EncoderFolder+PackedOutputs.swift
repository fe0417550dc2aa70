import Tensors

extension EncoderFolder {
  /// What the engines compute of a forward pass, by the reference's names: last states, pooled
  /// vectors, embeddings in the common space and their logits.
  ///
  /// Positions of padding are 0, whatever the reference has there.
  ///
  /// - Throws: as loading does; `EncoderInputError`.
  func packedOutputs(_ inputs: EncoderInputs) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    func take(_ output: EngineOutput) {
      result["last_hidden_state"] = output.last
      result["pooler_output"] = output.pooled
    }
    switch architecture {
    case .bert, .roberta:
      if let text = inputs.text { take(try loadBERTEngine()(text)) }
    case .clipText:
      if let text = inputs.text { take(try CLIPTextEngine(try loadCLIPText())(text)) }
    case .clipVision:
      if let pixels = inputs.pixels { take(try VisionEngine(try loadCLIPVision())(pixels)) }
    case .vit:
      if let pixels = inputs.pixels { take(try loadViTEngine()(pixels)) }
    case .clip:
      let engines = try loadCLIPEngines()
      if let text = inputs.text {
        let output = try engines.text(text)
        result["text_last_hidden_state"] = output.last
        result["text_embeds"] = output.pooled?.normalizedRows
      }
      if let pixels = inputs.pixels {
        let output = try engines.vision(pixels)
        result["vision_last_hidden_state"] = output.last
        result["image_embeds"] = output.pooled?.normalizedRows
      }
    case .resnet:
      if let pixels = inputs.pixels {
        result["last_hidden_state"] = try loadResNetEngine()(pixels).channelsFirst
      }
    }
    return result
  }
}

extension Tensor {
  /// Regions B×N×C → B×C×N, as maps of channels are laid out.
  fileprivate var channelsFirst: Tensor {
    let (batch, regions, channels) = (shape[0], shape[1], shape[2])
    var result = Tensor([batch, channels, regions])
    for item in 0..<batch {
      for region in 0..<regions {
        for channel in 0..<channels {
          result.array[(item * channels + channel) * regions + region] =
            array[(item * regions + region) * channels + channel]
        }
      }
    }
    return result
  }

  /// Every row at length 1.
  fileprivate var normalizedRows: Tensor {
    guard let width = shape.last, width > 0 else { return self }
    var result = self
    for start in stride(from: 0, to: count, by: width) {
      let length = array[start..<(start + width)].reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for i in start..<(start + width) { result.array[i] /= length } }
    }
    return result
  }
}
