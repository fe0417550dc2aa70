import Encoders
import Tensors
import Traces

/// HVPNeT (Chen et al. 2022; MODELS §3.6): the picture and its objects, at all depths of a frozen
/// network, become a prefix of keys and values in every layer of the text encoder; a gate per layer
/// chooses between depths. A CRF over words or a classifier of marked pairs answers.
package struct HVPNeT: MultimodalNetwork {
  var text: PrefixedText
  /// Its switches.
  package let options: HVPNeTOptions
  /// D.
  package let stateSize: Int

  package init(
    _ sizes: MultimodalSizes, _ options: HVPNeTOptions, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator
  ) {
    self.text = PrefixedText(sizes, crops: options.crops, &generator)
    self.options = options
    stateSize = sizes.hiddenSize
  }

  package static func system(_ task: ExpertTask) -> String {
    task == .entities ? "hvpnet" : "hvpnet-re"
  }

  package static func sights(_ eyes: EyeNames, _ options: HVPNeTOptions) -> [Sight] {
    PrefixedText.sights(by: eyes.pictures)
  }

  package static var rehearsedViews: (views: Int, readings: Int) { (4, 1) }
  package static func takesRegions(_ options: HVPNeTOptions) -> Bool {
    options.usesPicture && options.crops > 0
  }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: HVPNeTOptions
  ) throws -> [PictureRegions] {
    try PrefixedText.look(post, crops: options.crops, by: eyes.pictures)
  }

  package func states(
    _ batch: MultimodalBatch, _ reader: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    try text.states(batch, reader, tape, probe)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    text.visitParameters(prefix, visit)
  }
}

/// Switches of HVPNeT.
package struct HVPNeTOptions: MultimodalOptions {
  /// Rectangles of the picture beside the whole.
  package var crops = 3
  /// False: all features are zeros.
  package var usesPicture = true

  package init(_ value: (String) -> String) {
    crops = Int(value("crops")) ?? 3
    usesPicture = value("image") != Switch.off
  }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool { (0...8).contains(crops) }
}
