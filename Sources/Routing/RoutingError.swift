import Files

/// What can be wrong with a router, its folder or the data it is trained on. The wording is here
/// only.
package enum RoutingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Arrays that should have one entry per post do not.
  case unequalCounts(what: String, have: Int, posts: Int)
  /// Embeddings of another width than the router's.
  case wrongDimensions(have: Int, need: Int)
  /// NaN or infinity in the embeddings of a post.
  case notFinite(post: String)
  /// Counts that cannot come from matching answers with gold.
  case impossibleCounts(post: String)
  /// Two posts with the same id.
  case repeatedPost(String)
  /// There is nothing to train on.
  case noPosts(what: String)
  /// Fewer posts than one iteration draws.
  case batchTooLarge(batch: Int, posts: Int)
  /// A setting out of its range.
  case badSetting(name: String, value: String, allowed: String)
  /// A tensor that must be in the router's file is not.
  case missingTensor(name: String)
  /// A tensor of another shape than the configuration asks for.
  case wrongShape(name: String, have: [Int], need: [Int])
  /// A tensor with numbers that cannot stand there.
  case badValues(name: String, why: String)
  /// A router folder without the experts' counts.
  case noCachedCounts(router: String)
  /// A router folder of a later format.
  case unknownFormat(Int)
  /// A retraining that was made once cannot be made again.
  case notRetrained(String)

  package var description: String {
    switch self {
    case .unequalCounts(let what, let have, let posts):
      "\(have) \(what) for \(posts.counted("post")); give one per post"
    case .wrongDimensions(let have, let need):
      "embeddings have \(have) dimensions, the router expects \(need); "
        + "use the encoder that config.json of the router names"
    case .notFinite(let post):
      "the embedding of post \(post) holds NaN or infinity; compute it again"
    case .impossibleCounts(let post):
      "the counts of post \(post) are impossible (correct may exceed neither predicted nor gold); "
        + "count again"
    case .repeatedPost(let post):
      "post \(post) is given twice; give every post once"
    case .noPosts(let what):
      "there are no \(what); the router needs some"
    case .batchTooLarge(let batch, let posts):
      "a batch of \(batch) cannot be drawn from \(posts.counted("post")); lower batchSize (--batches) to at most "
        + "\(posts), or give the router a larger part"
    case .badSetting(let name, let value, let allowed):
      "\(name) is \(value) in the router's settings (config.json, or the command's options); it must be \(allowed)"
    case .missingTensor(let name):
      "model.safetensors of the router has no tensor \(name); train the router again"
    case .wrongShape(let name, let have, let need):
      "tensor \(name) in model.safetensors of the router has shape \(have), "
        + "config.json asks for \(need); train the router again"
    case .badValues(let name, let why):
      "tensor \(name) in model.safetensors of the router \(why); train the router again"
    case .noCachedCounts(let router):
      "no cached counts in router \(router): it can route but not be retrained; "
        + "run `twinlens train \(router)` to make them"
    case .unknownFormat(let number):
      "the router's config.json has format \(number), this version reads 1; use a later version"
    case .notRetrained(let reason):
      "the router cannot be retrained without one of its corrections: \(reason)"
    }
  }
}
