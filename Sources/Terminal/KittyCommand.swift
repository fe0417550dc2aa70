import Screen

/// A command of kitty's graphics protocol, as far as this program uses it:
/// `ESC _ G keys ; payload ESC \`. Never answered (`q=2`): an answer could be typed into the shell.
///
/// https://sw.kovidgoyal.net/kitty/graphics-protocol/
enum KittyCommand: Hashable {
  /// Keeps a PNG file, given in base64, in place of what had the number; shows nothing.
  case store(image: UInt32, file: [UInt8])
  /// Shows a part of a picture, `source` in its pixels, on the cells of a box; in place of what the
  /// placement of this number showed.
  case place(image: UInt32, placement: UInt32, box: Box, source: Box)
  /// Takes a placement off the screen, or all of a picture; the picture is kept.
  case remove(image: UInt32, placement: UInt32?)
  /// Takes a picture off the screen and frees it.
  case free(image: UInt32)
  /// Shows a PNG file, given in base64, at the cursor, which goes behind it; has no number.
  case show(file: [UInt8], columns: Int, rows: Int)
  /// The last piece of a picture that will never be whole.
  case endOfPieces

  /// The question whether the protocol is known: a picture of one pixel that is not to be kept.
  static let query = "\u{1B}_Gi=\(queryNumber),s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\"
  /// What the answer to it begins with.
  static let queryNumber = 31
  /// Most bytes of a payload in one piece; a multiple of 4, as base64 wants.
  static let piece = 4096

  /// What is sent.
  var bytes: [UInt8] {
    switch self {
    case .store(let image, let file):
      Self.pieces("a=t,t=d,f=100,i=\(image)", file)
    case .place(let image, let placement, let box, let source):
      Array(
        ("\u{1B}[0m\u{1B}[\(box.row + 1);\(box.column + 1)H"
          + "\u{1B}_Ga=p,i=\(image),p=\(placement),x=\(source.column),y=\(source.row),"
          + "w=\(source.columns),h=\(source.rows),c=\(box.columns),r=\(box.rows),C=1,q=2\u{1B}\\")
          .utf8)
    case .remove(let image, let placement):
      Self.command("a=d,d=i,i=\(image)" + (placement.map { ",p=\($0)" } ?? ""))
    case .free(let image):
      Self.command("a=d,d=I,i=\(image)")
    case .show(let file, let columns, let rows):
      Self.pieces("a=T,t=d,f=100,c=\(columns),r=\(rows)", file)
    case .endOfPieces:
      Array("\u{1B}_Gm=0,q=2;\u{1B}\\".utf8)
    }
  }

  private static func command(_ keys: String) -> [UInt8] {
    Array("\u{1B}_G\(keys),q=2\u{1B}\\".utf8)
  }

  /// A payload in pieces; only the first has the keys, only the last has `m=0`.
  private static func pieces(_ keys: String, _ payload: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(payload.count + (payload.count / piece + 1) * 24 + keys.utf8.count)
    var start = 0
    repeat {
      let end = min(payload.count, start + piece)
      let first = start == 0 ? keys + "," : ""
      out += Array("\u{1B}_G\(first)m=\(end == payload.count ? 0 : 1),q=2;".utf8)
      out += payload[start..<end]
      out += [0x1B, 0x5C]
      start = end
    } while start < payload.count
    return out
  }
}
