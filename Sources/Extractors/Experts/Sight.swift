import Encoders
import Foundation
import Pictures
import Tensors
import Traces

/// What an expert looks at beside the words. Each is computed at most once a post, whoever asks.
package enum Sight: Sendable, Hashable {
  /// Regions of the picture as a frozen network sees them, N×C: the network's folder beside the
  /// expert's.
  case grid(String)
  /// The whole picture as numbers, for a network that is trained along.
  case pixels(ImageRecipe)
  /// Some regions of the picture, each cut out of it.
  case crops(Proposals, ImageRecipe)
  /// The whole picture once for each of some regions, with the region's outline on it.
  case frames(Proposals, ImageRecipe)
  /// Rectangles that files give the post's pairs.
  case boxes
  /// Text and picture in one space: the folder of a dual encoder or a published CLIP.
  case embedding(String)
  /// The picture in some view, N×C as a frozen network sees it: the network's folder beside the
  /// expert's.
  case view(PictureView, by: String)
  /// The picture in views that an expert's own tower takes; prepared when they are asked for.
  case tower
  /// Places of the picture in the space of an encoder of text and picture.
  case patches(String)

  /// Where rectangles for crops and frames come from.
  package enum Proposals: Sendable, Hashable {
    /// The files that were opened with the dataset, the largest regions first, at most so many.
    case files(most: Int)
    /// The cells of a grid over the picture, row by row: what stands in where there are no files.
    case cells(rows: Int, columns: Int)

    /// How many rectangles there are at most.
    package var most: Int {
      switch self {
      case .files(let most): most
      case .cells(let rows, let columns): rows * columns
      }
    }
  }

  /// The folder beside the expert's that it needs; nil when none.
  package var folder: String? {
    switch self {
    case .grid(let name), .embedding(let name), .view(_, let name), .patches(let name): name
    case .pixels, .crops, .frames, .boxes, .tower: nil
    }
  }

  /// The folder of a frozen network that it needs; nil when none.
  package var network: String? {
    switch self {
    case .grid(let name), .view(_, let name): name
    default: nil
    }
  }

  /// The folder of an encoder of text and picture that it needs; nil when none.
  package var dual: String? {
    switch self {
    case .embedding(let name), .patches(let name): name
    default: nil
    }
  }

  /// Whether it is of the text, too.
  var isEmbedding: Bool { if case .embedding = self { true } else { false } }

  /// A few words for model cards and help.
  package var caption: String {
    switch self {
    case .grid(let name): "regions of the picture by \(name)"
    case .pixels: "the whole picture"
    case .crops(let proposals, _): "at most \(proposals.most) regions, cut out"
    case .frames(let proposals, _): "the picture with at most \(proposals.most) regions framed"
    case .boxes: "regions from files"
    case .embedding(let name): "text and picture by \(name)"
    case .view(.quadrants, let name): "the picture's quadrants by \(name)"
    case .view(_, let name): "views of the picture by \(name)"
    case .tower: "the picture by a tower of its own"
    case .patches(let name): "places of the picture by \(name)"
    }
  }
}

/// Planar pixels of a picture or of a part of it, 3×height×width, and what of the upright source
/// picture they show.
package struct SeenPixels: Sendable, Hashable {
  /// 3×height×width numbers.
  package let pixels: Tensor
  /// The rectangle that they show.
  package let seen: ImageRegion
  /// The region that was cut out or framed; nil for the whole picture.
  package let region: ImageRegion?
}

/// A post's sight, or the part of it that the picture has nothing to do with.
enum Seen: Sendable {
  case grid(PictureRegions)
  case pixels([SeenPixels])
  case embedding(Embedding)
}

/// A post in the space of a dual encoder.
package struct Embedding: Sendable, Hashable {
  /// Unit vector of the text.
  package let text: [Float]
  /// Unit vector of the picture; nil without one.
  package let picture: [Float]?

  /// Vectors by their parts.
  package init(text: [Float], picture: [Float]?) {
    self.text = text
    self.picture = picture
  }

  /// x = t ⊙ v, whose sum is the cosine; nil without a picture.
  package var product: [Float]? { picture.map { zip(text, $0).map { $0 * $1 } } }
}
