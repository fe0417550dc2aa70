/// How a picture or dual encoder is trained on captioned pictures.
package struct EncoderTraining: Sendable, Hashable, Codable {
  /// Decides initial weights and the order of batches.
  package var seed: UInt64 = 1
  /// Passes over all pictures.
  package var epochs = 16
  /// Pictures per step.
  package var batch = 128
  /// The highest learning rate.
  package var learningRate: Float = 2e-3
  /// Decoupled weight decay.
  package var decay: Float = 1e-3

  /// The defaults above.
  package init() {}
}

/// A caption with its prepared picture.
package struct CaptionedPicture: Sendable {
  /// Word numbers of the caption.
  package let words: [Int]
  /// 3×side×side normalised pixels.
  package let pixels: [Float]
  /// Class of what it shows, for the classifier; −1 unknown.
  package let label: Int

  /// A pair.
  package init(words: [Int], pixels: [Float], label: Int = -1) {
    self.words = words
    self.pixels = pixels
    self.label = label
  }
}
