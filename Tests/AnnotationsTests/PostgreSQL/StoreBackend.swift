import Foundation
import TestSupport
import Testing

@testable import Annotations

/// Where the tests that hold for every store keep theirs.
enum StoreBackend: String, CaseIterable, CustomTestStringConvertible {
  case file, server

  /// Those that can be had on this machine.
  static var all: [StoreBackend] {
    allCases.filter { $0 == .file || TestServer.programs != nil }
  }

  var testDescription: String { rawValue }

  /// What names a new store.
  func place(in folder: String) throws -> String {
    switch self {
    case .file: "\(folder)/s.sqlite"
    case .server: try TestServer.shared.get().store().address
    }
  }
}
