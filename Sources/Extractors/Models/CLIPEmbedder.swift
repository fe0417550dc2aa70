import Corpora
import Encoders
import Files
import Foundation
import Pictures
import Tensors
import Traces

/// A published CLIP as the router's encoder: tokens joined by blanks, at most 64 ids, the raw photo
/// (MODELS §4.3).
package struct CLIPEmbedder: DualEncoding {
  /// The folder's name.
  package let name: String
  /// Width of the common space.
  package let dimensions: Int
  /// Height and width of the pixels it takes.
  package let side: Int
  /// A fingerprint of the weights.
  package let fingerprint: String?
  private let text: CLIPTextEngine
  private let vision: VisionEngine
  let tokenizer: Tokenizer
  private let recipe: ImageRecipe
  private let longest: Int
  private let files: EncoderFolder

  /// Opens a folder.
  ///
  /// - Throws: `CheckpointError` when it is no CLIP or does not fit, `TokenizerError`,
  ///   `SafetensorsError`.
  package init(folder: String) throws {
    let files = try EncoderFolder(folder)
    let engines = try files.loadCLIPEngines()
    name = FilePath.name(of: folder)
    fingerprint = ModelFolder.fingerprint(of: folder)
    (text, vision) = engines
    self.files = files
    tokenizer = try Tokenizer(folder: folder)
    side = engines.vision.configuration.side
    recipe = files.recipe ?? .clip(side: side)
    longest = min(64, engines.text.configuration.positions)
    dimensions = try engines.text(TextBatch([[0]], padding: 0)).pooled?.count ?? 0
  }

  /// Each word has a piece at least.
  package var longestText: Int { longest }
  /// Every pixel, as the reference sees it.
  package var decoding: DecodingPurpose { .reference }

  /// A picture as the picture tower takes it, by the folder's recipe.
  package func prepare(_ picture: Picture) -> PreparedPicture {
    let (pixels, seen) = recipe.prepare(picture)
    return (pixels.array, seen)
  }

  /// Unit vectors of prepared pictures.
  ///
  /// - Throws: `EncoderInputError` for another size.
  package func encode(prepared: [PreparedPicture]) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for start in stride(from: 0, to: prepared.count, by: Self.batch) {
      let part = prepared[start..<min(prepared.count, start + Self.batch)]
      let plane = 3 * side * side
      if let odd = part.first(where: { $0.pixels.count != plane }) {
        throw .pictures(shape: [odd.pixels.count], expected: "3×\(side)×\(side) numbers")
      }
      let pooled = try vision(Tensor([part.count, 3, side, side], part.flatMap(\.pixels))).pooled
      let numbers = pooled?.array ?? []
      result += (0..<part.count).map {
        Self.unit(numbers[($0 * dimensions)..<(($0 + 1) * dimensions)])
      }
    }
    return result
  }

  /// Unit vectors of the patches: each is normed and projected as the class position is.
  ///
  /// - Throws: `EncoderInputError` for another size.
  package func patches(_ prepared: PreparedPicture) throws(EncoderInputError) -> Tensor {
    guard prepared.pixels.count == 3 * side * side else {
      throw .pictures(shape: [prepared.pixels.count], expected: "3×\(side)×\(side) numbers")
    }
    let all = try vision.projectedPatches(Tensor([1, 3, side, side], prepared.pixels))
    let rows = stride(from: 0, to: all.count, by: dimensions).map {
      Self.unit(all.array[$0..<($0 + dimensions)])
    }
    return Tensor([rows.count, dimensions], rows.flatMap { $0 })
  }

  /// Unit vectors of sentences: tokens joined by blanks, at most 64 ids.
  ///
  /// - Throws: `EncoderInputError` for pieces outside the tower's table.
  package func encode(texts: [[String]]) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for words in texts {
      let encoding = tokenizer.encode(
        text: words.joined(separator: " "), options: EncodingOptions(maximumLength: longest))
      let pooled = try text(TextBatch([encoding.ids], padding: 0)).pooled
      result.append(Self.unit((pooled?.array ?? [])[...]))
    }
    return result
  }

  /// What each word adds by the gradient: the sum over its pieces. The weights are read once more
  /// for it, as forward passes keep them in another layout.
  ///
  /// - Throws: as `EncoderFolder.loadCLIP`, and `EncoderInputError`.
  package func gradientTimesInput(words: [String], toward direction: [Float]) throws -> [Float]? {
    let options = EncodingOptions(maximumLength: longest)
    let whole = tokenizer.encode(text: words.joined(separator: " "), options: options)
    guard let first = whole.wordIndices.firstIndex(where: { $0 != nil }) else { return nil }
    // The parts that the tokenizer splits a text into are not the post's words: each word's own
    // pieces tell where it ends.
    var (owners, pieces) = ([Int](), [Int]())
    for (place, word) in words.enumerated() where pieces.count < longest {
      let own = tokenizer.encode(text: word, options: options)
      let ids = zip(own.ids, own.wordIndices).filter { $1 != nil }.map(\.0)
      pieces += ids
      owners += ids.map { _ in place }
    }
    let read = zip(whole.ids, whole.wordIndices).filter { $1 != nil }.map(\.0)
    guard read == Array(pieces.prefix(read.count)) else { return nil }
    let values = try files.loadCLIP().gradientTimesInput(pieces: whole.ids, toward: direction)
    var result = [Float](repeating: 0, count: (owners.prefix(read.count).last ?? -1) + 1)
    for (offset, owner) in owners.prefix(read.count).enumerated() {
      result[owner] += values[first + offset]
    }
    return result
  }

  /// What each pixel adds by the gradient.
  ///
  /// - Throws: as `EncoderFolder.loadCLIP`, and `EncoderInputError`.
  package func gradientTimesInput(
    prepared: PreparedPicture, toward direction: [Float]
  ) throws -> [Float]? {
    guard prepared.pixels.count == 3 * side * side else {
      throw EncoderInputError.pictures(
        shape: [prepared.pixels.count], expected: "3×\(side)×\(side) numbers")
    }
    return try files.loadCLIP().gradientTimesInput(
      pixels: Tensor([1, 3, side, side], prepared.pixels), toward: direction)
  }

  /// Pictures encoded at a time.
  private static let batch = 16

  private static func unit(_ vector: ArraySlice<Float>) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : Array(vector)
  }
}
