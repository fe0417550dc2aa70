import Foundation
import Pictures
import Screen

@testable import Terminal

/// A terminal with kitty's graphics protocol, after its specification: it reads bytes, keeps
/// pictures by number, and can be asked what is on the screen. It is strict: whatever a terminal
/// may refuse is a complaint.
struct KittyTerminal {
  struct Name: Hashable {
    let image: Int
    let placement: Int
  }

  struct Placement {
    let place: Position
    let columns: Int
    let rows: Int
    /// In pixels of the picture.
    let source: Box
  }

  static let cell = (width: 4, height: 6)

  let size: Size
  private(set) var images: [Int: Picture] = [:]
  /// In the order in which they were placed.
  private(set) var placements: [(name: Name, what: Placement)] = []
  private(set) var complaints: [String] = []
  /// How many pictures were sent.
  private(set) var sent = 0

  private var cursor = Position(column: 0, row: 0)
  private var saved = Position(column: 0, row: 0)
  private var loading: (keys: [String: String], text: [UInt8])?

  init(_ size: Size) { self.size = size }

  /// `CSI 2 J`: kitty then forgets the pictures too.
  mutating func clear() {
    images = [:]
    placements = []
  }

  /// What is on the screen, row by row; nil where there is no picture.
  func pixels() -> [RGB?] {
    let width = size.columns * Self.cell.width
    var out = [RGB?](repeating: nil, count: width * size.rows * Self.cell.height)
    for (name, what) in placements {
      guard let picture = images[name.image] else { continue }
      let wide = what.columns * Self.cell.width
      let tall = what.rows * Self.cell.height
      for y in 0..<tall {
        for x in 0..<wide {
          let row = what.place.row * Self.cell.height + y
          let column = what.place.column * Self.cell.width + x
          guard column < width, row * width + column < out.count else { continue }
          out[row * width + column] =
            picture[
              what.source.column + x * what.source.columns / wide,
              what.source.row + y * what.source.rows / tall]
        }
      }
    }
    return out
  }

  mutating func feed(_ bytes: [UInt8]) {
    var at = 0
    while at < bytes.count {
      guard bytes[at] == 0x1B, at + 1 < bytes.count else {
        at += 1
        continue
      }
      switch bytes[at + 1] {
      case UInt8(ascii: "7"): saved = cursor
      case UInt8(ascii: "8"): cursor = saved
      case UInt8(ascii: "["):
        var end = at + 2
        while end < bytes.count, !(0x40...0x7E).contains(bytes[end]) { end += 1 }
        guard end < bytes.count else { return }
        if bytes[end] == UInt8(ascii: "H") {
          let numbers = String(decoding: bytes[(at + 2)..<end], as: UTF8.self)
            .split(separator: ";").compactMap { Int($0) }
          if numbers.count == 2 {
            cursor = Position(column: numbers[1] - 1, row: numbers[0] - 1)
          }
        }
        at = end + 1
        continue
      case UInt8(ascii: "_"):
        var end = at + 2
        while end < bytes.count, bytes[end] != 0x1B { end += 1 }
        // A command that was cut is no command.
        if end + 1 < bytes.count, bytes[end + 1] == 0x5C { take(Array(bytes[(at + 2)..<end])) }
        at = min(bytes.count, end + 2)
        continue
      default: break
      }
      at += 2
    }
  }

  private mutating func take(_ body: [UInt8]) {
    guard body.first == UInt8(ascii: "G") else { return }
    let end = body.firstIndex(of: UInt8(ascii: ";")) ?? body.endIndex
    let text = String(decoding: body[1..<end], as: UTF8.self)
    var keys: [String: String] = [:]
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return complain("no key and value: \(pair)") }
      keys[parts[0]] = parts[1]
    }
    let payload = Array(body[end...].dropFirst())
    if keys["q"] != "2" { complain("an answer would come: \(text)") }
    if payload.count > 4096 { complain("\(payload.count) bytes in one piece") }
    if var begun = loading {
      guard Set(keys.keys).isSubset(of: ["m", "q"]) else {
        return complain("between the pieces of a picture: \(text)")
      }
      begun.text += payload
      loading = begun
      if keys["m"] == "1" { checkPiece(payload) } else { finish() }
      return
    }
    switch keys["a"] ?? "t" {
    case "t", "T":
      // The last piece of nothing is an error that nobody hears of.
      guard keys["f"] != nil else { return }
      loading = (keys, payload)
      if keys["m"] == "1" { checkPiece(payload) } else { finish() }
    case "p": place(keys)
    case "d": delete(keys)
    default: complain("no such action: \(text)")
    }
  }

  private mutating func complain(_ what: String) { complaints.append(what) }

  private mutating func checkPiece(_ payload: [UInt8]) {
    if payload.count % 4 != 0 { complain("a piece of \(payload.count) bytes that is not the last") }
  }

  private mutating func finish() {
    guard let (keys, text) = loading else { return }
    loading = nil
    guard keys["f"] == "100", keys["t"] == "d", let file = Data(base64Encoded: Data(text)),
      let picture = try? Picture.decode([UInt8](file)).picture
    else { return complain("no PNG file in base64") }
    sent += 1
    guard let number = keys["i"].flatMap({ Int($0) }) else { return }
    guard (1...4_294_967_295).contains(number) else { return complain("no number: \(number)") }
    placements.removeAll { $0.name.image == number }
    images[number] = picture
  }

  private mutating func place(_ keys: [String: String]) {
    func number(_ key: String) -> Int { keys[key].flatMap { Int($0) } ?? 0 }
    guard let picture = images[number("i")] else { return complain("ENOENT \(number("i"))") }
    let source = Box(
      column: number("x"), row: number("y"), columns: number("w"), rows: number("h"))
    guard number("p") > 0, number("c") > 0, number("r") > 0, keys["C"] == "1", !source.isEmpty,
      source.column >= 0, source.row >= 0, source.endColumn <= picture.width,
      source.endRow <= picture.height
    else { return complain("no place: \(keys)") }
    if cursor.row + number("r") >= size.rows { complain("a picture on the last row") }
    let name = Name(image: number("i"), placement: number("p"))
    placements.removeAll { $0.name == name }
    placements.append(
      (
        name,
        Placement(place: cursor, columns: number("c"), rows: number("r"), source: source)
      ))
  }

  private mutating func delete(_ keys: [String: String]) {
    guard let image = keys["i"].flatMap({ Int($0) }) else { return complain("deletes all") }
    let placement = keys["p"].flatMap { Int($0) }
    placements.removeAll {
      $0.name.image == image && (placement == nil || $0.name.placement == placement)
    }
    switch keys["d"] {
    case "i": break
    case "I":
      // kovidgoyal/kitty#10450: with it go all that are kept and not shown.
      let shown = Set(placements.map(\.name.image))
      images = images.filter { shown.contains($0.key) }
    default: complain("deletes by \(keys["d"] ?? "nothing")")
    }
  }
}
