/// A file of image regions as others publish them: JSON, `{key: [cx, cy, w, h, …]}` with one region
/// a key, or `{key: [[cx, cy, w, h, …], …]}` with all of one owner.
///
/// Keys as MNRE's public files have them (docs/auditing.md): `<picture>_crop_<n>.jpg` is a region
/// of a picture, `<index>_pred_yolo_crop_<n>.png` one of the pair in that line of its split.
package struct RegionFile: Sendable {
  /// Centre, width and height as fractions of the picture.
  package struct Box: Sendable, Hashable {
    /// Centre, from the left.
    package let centerX: Double
    /// Centre, from the top.
    package let centerY: Double
    /// Width.
    package let width: Double
    /// Height.
    package let height: Double

    /// A box by its centre and size.
    package init(centerX: Double, centerY: Double, width: Double, height: Double) {
      (self.centerX, self.centerY) = (centerX, centerY)
      (self.width, self.height) = (width, height)
    }
  }

  /// Whose region it is.
  package enum Owner: Sendable, Hashable {
    /// The picture with that id, for all that is said about it.
    case picture(String)
    /// The instance at that place of its split's file, counted from 0.
    case instance(Int)
  }

  /// The file's path.
  package let path: String
  /// The split its name tells; `all` when it tells none.
  package let split: Split
  /// The regions of each owner, in the order of the file.
  package let regions: [Owner: [Box]]
  /// How many there are.
  package let count: Int

  /// The last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Most regions that are read from one file.
  package static let most = 4_000_000
  /// Most bytes that are read from one file: 512 MiB.
  package static let mostBytes = 512 << 20
}

extension RegionFile.Owner {
  /// The owner that a key names.
  init(key: String) {
    var stem = Substring(key)
    if ImageIndex.extensions.contains(DataFile.fileExtension(of: key).lowercased()) {
      stem = Substring(DataFile.stem(of: key))
    }
    if let mark = Self.lastCrop(in: stem) {
      stem = stem[..<mark]
      let grounded = "_pred_yolo"
      if stem.hasSuffix(grounded), let index = Int(stem.dropLast(grounded.count)), index >= 0 {
        self = .instance(index)
        return
      }
    }
    self = .picture(String(stem))
  }

  /// Where `_crop_<digits>` at the end of a key begins.
  private static func lastCrop(in stem: Substring) -> Substring.Index? {
    let digits = stem.utf8.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.count
    guard digits > 0 else { return nil }
    let head = stem.dropLast(digits)
    guard head.hasSuffix("_crop_") else { return nil }
    return head.index(head.endIndex, offsetBy: -6)
  }
}
