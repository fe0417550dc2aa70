/// How much of the world a sample holds.
public struct SampleRecipe: Sendable, Hashable {
  /// Decides every post and picture, never the town's inventory.
  public var seed: UInt64
  /// Posts of the training split.
  public var train: Int
  /// Posts to choose models by.
  public var dev: Int
  /// Posts to report on.
  public var test: Int
  /// Captioned pictures for the dual encoder, apart from all posts.
  public var captions: Int
  /// Side of the square pictures in pixels.
  public var side: Int
  /// Share of posts that name a second entity, so that there is a pair to relate, 0 … 1.
  public var pairShare: Float = 0.22

  /// A recipe; without numbers the one the committed models were trained with.
  public init(
    seed: UInt64 = 1, train: Int = 16000, dev: Int = 1500, test: Int = 3000, captions: Int = 24000,
    side: Int = 128
  ) {
    self.seed = seed
    self.train = train
    self.dev = dev
    self.test = test
    self.captions = captions
    self.side = side
  }
}
