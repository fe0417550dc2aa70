import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Traces

/// Where the router's inputs come from.
package protocol RouterEmbedding: Sendable {
  /// What the inputs were made with, e.g. the encoder folder's name.
  var name: String { get }
  /// Width of x.
  var dimensions: Int { get }

  /// x = t ⊙ v of each post, whose sum is the cosine; nil without a usable picture.
  ///
  /// - Parameter progress: called with the number of posts done; returns false to stop.
  /// - Returns: nil when stopped.
  /// - Throws: `EncoderInputError`.
  func products(
    _ posts: [Post], of dataset: Dataset, progress: (Int) -> Bool
  ) throws -> [[Float]?]?
}

/// A frozen encoder that sees texts and pictures in one space (MODELS §4.3): a small dual encoder
/// of this program, or a published CLIP. May be used from several threads at once.
package protocol DualEncoding: RouterEmbedding, WordReading {
  /// What is decoded of pictures for it.
  var decoding: DecodingPurpose { get }
  /// Height and width of prepared pixels.
  var side: Int { get }
  /// More words of a text than this are hardly read; explanations leave out none behind them.
  var longestText: Int { get }
  /// A fingerprint of the weights; nil when they do not come from a folder.
  var fingerprint: String? { get }

  /// A picture as the picture tower takes it: 3×side×side, planar.
  func prepare(_ picture: Picture) -> PreparedPicture
  /// Unit vectors of prepared pictures.
  ///
  /// - Throws: `EncoderInputError` for another size.
  func encode(prepared: [PreparedPicture]) throws(EncoderInputError) -> [[Float]]
  /// Unit vectors N×D of the places of a prepared picture, row by row.
  ///
  /// - Throws: `EncoderInputError` for another size.
  func patches(_ prepared: PreparedPicture) throws(EncoderInputError) -> Tensor
  /// Unit vectors of sentences.
  ///
  /// - Throws: `EncoderInputError` when the tokenizer gives pieces that the tower does not know.
  func encode(texts: [[String]]) throws(EncoderInputError) -> [[Float]]
  /// What each word adds to direction · t by the gradient, gradient × input: its vectors times the
  /// gradient there, a number per word that is read. Nil where the pieces of the text cannot be
  /// told apart by words.
  ///
  /// - Parameter direction: D numbers.
  /// - Throws: as `encode(texts:)`, and what reading the weights again throws.
  func gradientTimesInput(words: [String], toward direction: [Float]) throws -> [Float]?
  /// What each pixel of a prepared picture adds to direction · v by the gradient: its distance from
  /// the picture's mean colour times the gradient there, side × side numbers, row by row. Nil where
  /// the encoder has no gradient.
  ///
  /// - Throws: as `encode(prepared:)`, and what reading the weights again throws.
  func gradientTimesInput(prepared: PreparedPicture, toward direction: [Float]) throws -> [Float]?
}

extension DualEncoding {
  /// An encoder that is called from outside has no gradient.
  package func gradientTimesInput(words: [String], toward direction: [Float]) throws -> [Float]? {
    nil
  }

  /// As of words.
  package func gradientTimesInput(
    prepared: PreparedPicture, toward direction: [Float]
  ) throws -> [Float]? { nil }
}

/// Planar pixels, and what of the source picture they show.
package typealias PreparedPicture = (pixels: [Float], seen: ImageRegion)

extension DualEncoding {
  /// x of each post, read in blocks over the cores.
  ///
  /// - Throws: `EncoderInputError`.
  package func products(
    _ posts: [Post], of dataset: Dataset, progress: (Int) -> Bool
  ) throws -> [[Float]?]? {
    let eyes = Eyes(duals: [self])
    let seen = posts.map { eyes.see($0, of: dataset) }
    var result: [[Float]?] = []
    result.reserveCapacity(posts.count)
    // In blocks, so that somebody can stop it.
    for start in stride(from: 0, to: seen.count, by: 256) {
      let part = Array(seen[start..<min(seen.count, start + 256)])
      Eyes.look(at: [.embedding(name)], of: part)
      result += try part.map { try $0.embedding(name).product }
      guard progress(result.count) else { return nil }
    }
    return result
  }
}

/// Opening whatever dual encoder a folder holds.
package enum DualEncoderFolder {
  /// Opens a dual encoder of this program, or a CLIP as Hugging Face lays it out.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `TokenizerError`, `SafetensorsError`.
  package static func open(_ folder: String) throws -> any DualEncoding {
    switch try? ModelFolder.system(of: folder) {
    case DualEncoderModel.system: return try DualEncoderModel(folder: folder)
    case let system?:
      throw ModelFolderError(
        folder: folder,
        problem: "holds the system \(system.prefix(40)), which does not see texts and pictures in "
          + "one space as a dual encoder or a CLIP does",
        advice: "name another folder")
    case nil: return try CLIPEmbedder(folder: folder)
    }
  }
}

extension DualEncoderModel: DualEncoding {
  /// Width of the common space.
  package var dimensions: Int { encoder.configuration.dimensions }
  /// Twice the pixels of its recipe.
  package var decoding: DecodingPurpose { .shortSide(recipe.shortSide) }
  /// Height and width of prepared pixels.
  package var side: Int { recipe.side }
  /// It reads any number of words; hostile posts have many.
  package var longestText: Int { 256 }
  /// What each word adds by the gradient.
  package func gradientTimesInput(words: [String], toward direction: [Float]) throws -> [Float]? {
    gradientTimesInput(words: words, toward: direction) as [Float]
  }
  /// What each pixel adds by the gradient.
  package func gradientTimesInput(
    prepared: PreparedPicture, toward direction: [Float]
  ) throws -> [Float]? {
    gradientTimesInput(prepared: prepared, toward: direction) as [Float]
  }
  /// A picture by the folder's recipe.
  package func prepare(_ picture: Picture) -> PreparedPicture { recipe.prepare(picture) }
}
