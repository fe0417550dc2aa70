import Extractors
import Settings
import Traces

/// One thing that is changed of a post before the models are asked, as a person writes it in a
/// line: `drop 4`, `set rgn/gate = 0`.
package struct PostChange: Sendable, Hashable {
  /// The line in its one spelling; reading it gives the same change, to the last bit.
  package let words: String
  /// What it does.
  package let intervention: Intervention

  /// What can be changed, by the word that a line begins with.
  package enum Kind: String, Sendable, CaseIterable {
    case without, blank, colours, swap, mask, drop, edit, region, set

    /// How it is written.
    package var usage: String {
      switch self {
      case .without: "without picture"
      case .blank: "blank picture"
      case .colours: "colours only"
      case .swap: "swap POST"
      case .mask: "mask ROW,COLUMN or LEFT,TOP,WIDTH,HEIGHT"
      case .drop: "drop PLACE,PLACE"
      case .edit: "edit PLACE WORD"
      case .region: "region LEFT,TOP,WIDTH,HEIGHT ..."
      case .set: "set SIGNAL = VALUE"
      }
    }

    /// The words that mean it; the first is its own, the others are what options and people say.
    fileprivate var names: [String] {
      switch self {
      case .blank: ["blank", "blank-picture"]
      case .colours: ["colours", "colors", "colours-only"]
      case .swap: ["swap", "swap-picture"]
      default: [rawValue]
      }
    }
  }

  /// Rows and columns of the grid whose cells `mask ROW,COLUMN` names: those that occlusion covers.
  package static let grid = ExpertOcclusion.grid
  /// Characters of a line.
  package static let longest = 1_000

  /// Reads a line.
  ///
  /// - Parameter seen: the part of the picture that the grid of `mask ROW,COLUMN` lies on.
  /// - Throws: `InterventionError` that says how to write it.
  package init(_ line: String, seen: ImageRegion = .whole) throws(InterventionError) {
    guard line.count <= Self.longest else {
      throw InterventionError("a change of \(line.count) characters; write at most \(Self.longest)")
    }
    let line = line.trimmingBlanks
    let name = line.prefix { !$0.isWhitespace }
    let rest = line.dropFirst(name.count).trimmingBlanks
    let bare = name.hasPrefix("--") ? name.dropFirst(2).lowercased() : name.lowercased()
    guard let kind = Kind.allCases.first(where: { $0.names.contains(bare) }) else {
      throw Self.unknown(String(name), bare)
    }
    switch kind {
    case .without, .blank:
      guard ["", "picture"].contains(rest) else {
        throw InterventionError(
          "\(rest.debugDescription) cannot be \(kind == .without ? "left out" : "made blank"), only "
            + "the picture; write \(kind.usage)")
      }
      (words, intervention) = (kind.usage, kind == .without ? .withoutPicture : .blankPicture)
    case .colours:
      guard ["", "only"].contains(rest) else {
        throw InterventionError("\(rest.debugDescription) means nothing there; write \(kind.usage)")
      }
      (words, intervention) = (kind.usage, .coloursOnly)
    case .swap:
      guard !rest.isEmpty, !rest.contains(where: \.isWhitespace) else {
        throw InterventionError(
          "no post is named whose picture is to be shown; write \(kind.usage)")
      }
      (words, intervention) = ("swap \(rest)", .swapPicture(rest))
    case .mask: (words, intervention) = try Self.mask(rest, seen)
    case .drop:
      let places = try ChangeText.words(
        rest.split(whereSeparator: \.isWhitespace).joined(separator: ","))
      words = "drop " + places.sorted().map(String.init).joined(separator: ",")
      intervention = .dropWords(places)
    case .edit: (words, intervention) = try Self.edit(rest)
    case .region:
      var regions: [ImageRegion] = []
      for part in rest.split(whereSeparator: \.isWhitespace) {
        regions.append(try ChangeText.region(String(part)))
      }
      guard !regions.isEmpty, regions.count <= Self.mostRegions else {
        throw InterventionError(
          regions.isEmpty
            ? "no region is named; write \(kind.usage) in hundredths of the picture"
            : "\(regions.count) regions; give at most \(Self.mostRegions)")
      }
      words = "region " + regions.map(Self.text).joined(separator: " ")
      intervention = .regions(try Self.reread(regions))
    case .set: (words, intervention) = try Self.set(rest)
    }
  }

  private static let mostRegions = 64

  /// Rectangles put on the picture by hand, as a change.
  ///
  /// - Throws: `InterventionError` when there is none.
  package init(regions: [ImageRegion]) throws(InterventionError) {
    try self.init("region " + regions.map(Self.text).joined(separator: " "))
  }

  /// A rectangle of the picture that is covered.
  ///
  /// - Throws: `InterventionError` when it has no area.
  package init(masking region: ImageRegion) throws(InterventionError) {
    try self.init("mask " + Self.text(region))
  }

  private static func unknown(_ name: String, _ bare: String) -> InterventionError {
    let all = Kind.allCases.map(\.rawValue)
    guard !name.isEmpty else {
      return InterventionError("no change is named; \(all.joined(separator: ", ")) can be written")
    }
    let near = NearestName.find(bare, among: all)
    return InterventionError(
      "\(name.prefix(40).debugDescription) is no change; "
        + (near.map { "did you mean \($0)? " } ?? "")
        + "\(all.joined(separator: ", ")) can be written")
  }

  private static func mask(
    _ text: String, _ seen: ImageRegion
  ) throws(InterventionError) -> (String, Intervention) {
    let parts = text.split { $0 == "," || $0.isWhitespace }
    guard parts.count == 2 else {
      let region = try ChangeText.region(parts.joined(separator: ","))
      return ("mask " + Self.text(region), .maskPicture(try reread([region])[0]))
    }
    guard let row = Int(parts[0]), let column = Int(parts[1]), (1...grid).contains(row),
      (1...grid).contains(column)
    else {
      throw InterventionError(
        "\(text.debugDescription) is no region of the picture; rows and columns go from 1 to \(grid)"
      )
    }
    let side = 1 / Double(grid)
    let region = ImageRegion(
      left: seen.left + Double(column - 1) * side * seen.width,
      top: seen.top + Double(row - 1) * side * seen.height, width: side * seen.width,
      height: side * seen.height)
    // Of the whole picture a cell has a name that can be read again.
    if seen == .whole { return ("mask \(row),\(column)", .maskPicture(region)) }
    return ("mask " + Self.text(region), .maskPicture(try reread([region])[0]))
  }

  private static func edit(_ text: String) throws(InterventionError) -> (String, Intervention) {
    let digits = text.prefix(while: \.isNumber)
    let rest = text.dropFirst(digits.count).trimmingBlanks
    let word = rest.hasPrefix("=") ? rest.dropFirst().trimmingBlanks : rest
    guard !digits.isEmpty, !word.isEmpty else {
      throw InterventionError(
        "\(text.debugDescription) does not say which word becomes what; write edit PLACE WORD, e.g. "
          + "edit 3 Paris")
    }
    let change = try ChangeText.edit("\(digits)=\(word)")
    guard case .editWord(let place, _) = change else { return ("", change) }
    return ("edit \(place) \(word)", change)
  }

  private static func set(_ text: String) throws(InterventionError) -> (String, Intervention) {
    let parts = text.split { $0 == "=" || $0.isWhitespace }
    guard parts.count == 2 else {
      throw InterventionError(
        "\(text.debugDescription) does not say which signal gets what value; write set SIGNAL = "
          + "NUMBER or set SIGNAL = uniform, e.g. set rgn/gate = 0")
    }
    let change = try ChangeText.tap("\(parts[0])=\(parts[1])")
    // The number as it was read, not as it was typed.
    if case .set(let tap, .constant(let number)) = change {
      return ("set \(tap) = \(number)", change)
    }
    return ("set \(parts[0]) = \(parts[1])", change)
  }

  /// `LEFT,TOP,WIDTH,HEIGHT` in hundredths, to a hundredth of these.
  private static func text(_ region: ImageRegion) -> String {
    func hundredths(_ share: Double, upTo limit: Double = 100) -> Double {
      min(limit, max(0, (share * 10_000).rounded() / 100))
    }
    let (left, top) = (hundredths(region.left), hundredths(region.top))
    // Two roundings must not lead beyond the edge.
    let width = hundredths(region.width, upTo: 100 - left)
    let height = hundredths(region.height, upTo: 100 - top)
    return [left, top, width, height].map {
      $0 == $0.rounded() ? "\(Int($0))" : "\(($0 * 100).rounded() / 100)"
    }.joined(separator: ",")
  }

  /// Rectangles as their text says them.
  private static func reread(_ regions: [ImageRegion]) throws(InterventionError) -> [ImageRegion] {
    var result: [ImageRegion] = []
    for region in regions { result.append(try ChangeText.region(text(region))) }
    return result
  }
}

extension Sequence<PostChange> {
  /// What they do together, in the order in which it is done: words first, as their places are
  /// those of the post as it stands, then the picture, then regions and signals.
  package var interventions: [Intervention] {
    let all = map(\.intervention)
    var result: [Intervention] = []
    for case .editWord(let place, let word) in all { result.append(.editWord(place, word)) }
    var dropped: Set<Int> = []
    for case .dropWords(let places) in all { dropped.formUnion(places) }
    if !dropped.isEmpty { result.append(.dropWords(dropped)) }
    result += all.filter { $0 == .withoutPicture }
    for case .swapPicture(let post) in all { result.append(.swapPicture(post)) }
    result += all.filter { $0 == .blankPicture }
    result += all.filter { $0 == .coloursOnly }
    for case .maskPicture(let region) in all { result.append(.maskPicture(region)) }
    var regions: [ImageRegion] = []
    for case .regions(let more) in all { regions += more }
    if !regions.isEmpty { result.append(.regions(regions)) }
    for case .set(let tap, let value) in all { result.append(.set(tap: tap, value)) }
    return result
  }
}
