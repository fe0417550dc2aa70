import Foundation
import Pictures
import Screen

/// A way of sending pixels to a terminal. All that tells one from another is said here, and in the
/// `PictureStage` of each; the rest of the program knows only that pixels can be shown.
package enum PixelProtocol: String, Sendable, Hashable, CaseIterable {
  /// Pictures that the terminal keeps by number, in all colours, over the text.
  case kitty
  /// Pictures painted where the cursor is, with a palette; text erases them.
  case sixel

  /// Kitty's pictures are bounded by us alone; sixels have a bound of their own.
  private static let longestSide = 4096

  /// The pixels of a picture for a box of cells.
  package func pixels(
    _ box: Size, cellWidth: Int, cellHeight: Int
  ) -> (width: Int, height: Int) {
    switch self {
    case .kitty: (max(1, box.columns * cellWidth), max(1, box.rows * cellHeight))
    case .sixel: PictureCells.pixels(box, cellWidth: cellWidth, cellHeight: cellHeight)
    }
  }

  /// The largest picture that a terminal shows whole, nil when nobody says.
  package func mostPixels(_ capabilities: TerminalCapabilities) -> WindowSize.Pixels? {
    switch self {
    case .kitty: WindowSize.Pixels(width: Self.longestSide, height: Self.longestSide)
    case .sixel: capabilities.mostPixels
    }
  }

  /// A picture as the terminal takes it; takes milliseconds.
  ///
  /// - Parameter colors: most colours that it may have; nil for as many as the protocol carries.
  /// - Throws: `PictureError.notEncodable`.
  package func encode(_ picture: Picture, colors: Int?) throws(PictureError) -> EncodedPicture {
    let payload: [UInt8]
    switch self {
    case .kitty:
      let file: [UInt8]
      if let colors {
        file = try picture.png(colors: colors)
      } else {
        file = try picture.png(isQuick: true)
      }
      payload = Array(Data(file).base64EncodedString().utf8)
    case .sixel:
      payload = try picture.sixel(SixelStyle(colors: colors ?? 256))
    }
    return EncodedPicture(payload: payload, width: picture.width, height: picture.height)
  }

  /// The bytes that show a picture at the cursor, for output that scrolls.
  package func printed(_ picture: EncodedPicture, columns: Int, rows: Int) -> [UInt8] {
    switch self {
    case .kitty: KittyCommand.show(file: picture.payload, columns: columns, rows: rows).bytes
    case .sixel: picture.payload
    }
  }

  /// Whether the whole screen has to be cleared when a picture goes, by the terminal's name.
  func needsClear(_ name: String?) -> Bool {
    switch self {
    case .kitty: false
    case .sixel: PictureErasure.needsClear(name)
    }
  }

  /// A stage on which no picture is shown yet.
  func stage() -> any PictureStage {
    switch self {
    case .kitty: KittyStage()
    case .sixel: SixelStage()
    }
  }
}

/// What a terminal keeps of pictures, and what to send so that it shows those of the next frame.
protocol PictureStage: Sendable {
  /// What to send after the text.
  ///
  /// - Parameters:
  ///   - pictures: all that the frame shows.
  ///   - isCleared: whether the terminal was cleared, pictures too.
  mutating func show(_ pictures: [StagedPicture], isCleared: Bool) -> [Emission]

  /// Ends a picture of which a part was sent: for a process that dies.
  var cut: [UInt8] { get }

  /// Takes back all that the terminal may keep of ours.
  var removal: [UInt8] { get }
}

/// A picture of a frame, and what became of its cells.
struct StagedPicture {
  let placement: PicturePlacement
  /// Whether it was not there before, or text was written where it is.
  let isTouched: Bool
  /// The cells of its box over which nothing else is drawn.
  let free: Set<Position>
  /// What is drawn over it.
  let cover: [Emission]
}

/// Sixels: the terminal keeps nothing. What is drawn over a picture is drawn again over its pixels.
struct SixelStage: PictureStage {
  let cut = Array("\u{1B}\\".utf8)
  let removal: [UInt8] = []

  mutating func show(_ pictures: [StagedPicture], isCleared: Bool) -> [Emission] {
    pictures.filter { isCleared || $0.isTouched }.flatMap { picture in
      let placement = picture.placement
      return [
        .picture(
          box: placement.box, identity: placement.identity, payload: placement.picture.payload)
      ] + picture.cover
    }
  }
}
