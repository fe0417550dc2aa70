/// What a drawn picture shows. Told by shape alone: colours, size and place are drawn alike for
/// all.
package enum Thing: String, CaseIterable, Sendable, Codable {
  case person, crowd, dog, gull, boat, ship, lighthouse, house, street, bridge
  /// Sport: players, a goal and a ball.
  case match
  /// A club's banner.
  case flag
  case trophy, fish
  /// Something hot to drink.
  case cup
  /// Music: lights, a performer, loudspeakers.
  case stage
  case book
  /// Scenery and clutter only.
  case empty
}

/// Weather and light of a drawn picture.
package enum Setting: String, CaseIterable, Sendable, Codable {
  case sunny, rain, night, fog, sunset, snow
}
