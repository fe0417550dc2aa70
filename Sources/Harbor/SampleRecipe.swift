/// How much of the world a sample holds.
package struct SampleRecipe: Sendable, Hashable {
  /// Decides every post and picture, never the town's inventory.
  package var seed: UInt64
  /// Posts of the training split.
  package var train: Int
  /// Posts to choose models by.
  package var dev: Int
  /// Posts to report on.
  package var test: Int
  /// Captioned pictures for the dual encoder, apart from all posts.
  package var captions: Int
  /// Side of the square pictures in pixels.
  package var side: Int
  /// How posts name a second entity.
  package var pairs = Pairing.inPassing
  /// Whether pictures show several small things, of which one at most is what a name can stand
  /// for; otherwise one large thing.
  package var isCrowded = false

  /// How posts name a second entity, so that there is a pair to relate.
  package enum Pairing: Sendable, Hashable {
    /// Some posts do, whoever it is; in most pairs nothing relates the two.
    case inPassing
    /// Every post does, mostly a place, and most words between the two relate them; so mostly what
    /// the first name stands for decides the relation.
    case everyPost
  }

  /// Changes whenever the same recipe gives other posts or pictures.
  package var version: Int { pairs == .everyPost ? 3 : 2 }

  /// Name of a sample of the recipe.
  package var name: String {
    "harbor" + (isCrowded ? "-crowded" : "") + (pairs == .everyPost ? "-pairs" : "")
  }

  /// A recipe; without numbers the one the committed models were trained with.
  package init(
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
