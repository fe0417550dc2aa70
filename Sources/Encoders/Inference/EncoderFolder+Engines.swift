import Tensors

extension EncoderFolder {
  /// Loads a BERT or RoBERTa for forward passes: packed, its weights in memory once.
  ///
  /// - Throws: as `loadBERT`.
  package func loadBERTEngine() throws -> BERTEngine { BERTEngine(try loadBERT()) }

  /// Loads both towers of a CLIP with their projections for forward passes.
  ///
  /// - Throws: as `loadCLIP`.
  package func loadCLIPEngines() throws -> (text: CLIPTextEngine, vision: VisionEngine) {
    var model = try loadCLIP()
    let (textProjection, visualProjection) = (model.textProjection, model.visualProjection)
    let (text, vision) = (model.text, model.vision)
    // Each tower is let go layer by layer while it is packed; nothing else may hold it.
    model.text.encoder.layers = []
    model.vision.encoder.layers = []
    return (
      CLIPTextEngine(text, projection: textProjection),
      VisionEngine(vision, projection: visualProjection)
    )
  }

  /// Loads a ViT for forward passes.
  ///
  /// - Throws: as `loadViT`.
  package func loadViTEngine() throws -> VisionEngine { VisionEngine(try loadViT()) }

  /// Loads a ResNet for forward passes.
  ///
  /// - Throws: as `loadResNet`.
  package func loadResNetEngine() throws -> ResNetEngine { ResNetEngine(try loadResNet()) }
}
