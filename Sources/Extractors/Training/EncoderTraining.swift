/// How a picture or dual encoder is trained on captioned pictures.
public struct EncoderTraining: Sendable, Hashable, Codable {
  /// Decides initial weights and the order of batches.
  public var seed: UInt64 = 1
  /// Passes over all pictures.
  public var epochs = 16
  /// Pictures per step.
  public var batch = 128
  /// The highest learning rate.
  public var learningRate: Float = 2e-3
  /// Decoupled weight decay.
  public var decay: Float = 1e-3

  /// The defaults above.
  public init() {}
}

/// A caption with its prepared picture.
public struct CaptionedPicture: Sendable {
  /// Word numbers of the caption.
  public let words: [Int]
  /// 3×side×side normalised pixels.
  public let pixels: [Float]
  /// Class of what it shows, for the classifier; −1 unknown.
  public let label: Int

  /// A pair.
  public init(words: [Int], pixels: [Float], label: Int = -1) {
    self.words = words
    self.pixels = pixels
    self.label = label
  }
}
