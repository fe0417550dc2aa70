import Foundation
import Routing

/// The posts as points in a plane: what the router reads of them, x = t ⊙ v, along the two
/// directions in which it differs most.
package struct Projection: Sendable, Encodable {
  /// The points, in the order of the posts.
  package let points: [Point]
  /// Share of all variance that lies along each of the two directions, 0 … 1.
  package let explained: [Double]
  /// How many posts have an x; of more than are shown, evenly spread ones are.
  package let posts: Int

  /// One post.
  package struct Point: Sendable, Encodable {
    /// Its place in the dataset.
    package let place: Int
    package let id: String
    package let split: String
    package let x: Double
    package let y: Double
    package let p: Float?
    package let route: String?
    /// Which of the router's experts are right; nil unless both answered.
    package let cell: String?
    package let imageAdds: Bool?

    enum CodingKeys: String, CodingKey { case id, split, x, y, p, route, cell, imageAdds }
  }

  /// Most numbers of all x that are shown together: they are held in memory.
  package static let mostNumbers = 8_000_000

  /// - Parameter posts: how many have an x.
  init?(
    _ studied: [StudiedPost], posts: Int, _ routed: DatasetStudy.Routed,
    goesOn: () -> Bool
  ) {
    let shown = studied.filter { $0.input != nil }
    let rows = shown.compactMap(\.input)
    guard let found = PrincipalComponents(rows, count: 2, goesOn: goesOn), found.total > 0
    else { return nil }
    points = zip(shown, rows).map { post, x in
      let place = found.place(x)
      return Point(
        place: post.place, id: post.post.id, split: post.post.split.rawValue, x: place[0],
        y: place.count > 1 ? place[1] : 0, p: post.decision?.scores?.probability,
        route: post.decision?.route.rawValue, cell: post.counts(routed)?.cell.rawValue,
        imageAdds: post.post.imageAdds)
    }
    explained = found.variances.map { $0 / found.total }
    self.posts = posts
  }

  /// The coordinates as CSV (RFC 4180), a line per post.
  package var csv: String {
    let header = "id,split,x,y,p,route,cell,imageAdds"
    let lines = points.map { point in
      [
        Self.cell(point.id), point.split, "\(point.x)", "\(point.y)", point.p.map { "\($0)" } ?? "",
        point.route ?? "", point.cell ?? "", point.imageAdds.map { $0 ? "yes" : "no" } ?? "",
      ].joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  /// Quoted where it must be; a first character that a spreadsheet would take for a formula gets an
  /// apostrophe before it.
  private static func cell(_ text: String) -> String {
    let text = text.first.map { "=+-@\t".contains($0) } == true ? "'" + text : text
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
