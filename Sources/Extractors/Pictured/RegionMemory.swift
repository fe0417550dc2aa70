import Synchronization

/// The regions that a source has seen.
final class RegionMemory: Sendable {
  /// Bytes above which nothing more is remembered.
  static let most = 4 << 30
  private let held = Mutex((regions: [String: PictureRegions](), bytes: 0))

  func known(_ key: String) -> PictureRegions? { held.withLock { $0.regions[key] } }

  func keep(_ regions: PictureRegions, _ key: String) {
    held.withLock { held in
      guard held.bytes + regions.bytes <= Self.most, held.regions[key] == nil else { return }
      held.bytes += regions.bytes
      held.regions[key] = regions
    }
  }
}
