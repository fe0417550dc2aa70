import Foundation

/// The reference outputs beside the checkout; tests that need them are skipped where they are
/// absent.
enum Fixtures {
  static let folder: String? = {
    var url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while url.path != "/" {
      let candidate = url.deletingLastPathComponent().appendingPathComponent("shared/fixtures")
      if FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) {
        return FileManager.default.fileExists(atPath: candidate.path) ? candidate.path : nil
      }
      url.deleteLastPathComponent()
    }
    return nil
  }()
}
