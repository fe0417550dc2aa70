import Foundation
import Testing

@testable import Annotations
@testable import Corpora

@Suite struct StoreLocationTests {
  @Test func theRuleIsFollowed() throws {
    try withFolder { folder in
      let data = "\(folder)/my data"
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      let dataset = try openSmall(data)
      let environment = ["XDG_STATE_HOME": "\(folder)/state", "HOME": "\(folder)/home"]
      func resolve(_ explicit: String? = nil, _ values: [String: String]? = nil) throws
        -> StoreLocation
      {
        try .resolve(dataset: dataset, explicit: explicit, environment: values ?? environment)
      }
      #expect(try resolve("/x/y.db") == StoreLocation(path: "/x/y.db", reason: .named))
      let beside = StoreLocation(
        path: "\(data)/.twinlens/annotations.sqlite", reason: .besideDataset,
        elsewhere: try resolve().elsewhere)
      #expect(try resolve() == beside)

      chmod(data, 0o555)
      defer { chmod(data, 0o755) }
      let state = try resolve()
      #expect(state.reason == .stateFolder)
      #expect(state.path.hasPrefix("\(folder)/state/twinlens/my data-"))
      #expect(state.path.hasSuffix("/annotations.sqlite"))
      #expect(try resolve(nil, ["HOME": "/h"]).path.hasPrefix("/h/.local/state/twinlens/my data-"))
      // A relative XDG path counts as none (XDG base directory specification).
      let relative = try resolve(nil, ["HOME": "/h", "XDG_STATE_HOME": "x"])
      #expect(relative.path.hasPrefix("/h/.local/state/"))
      // Its folder is made when the store is.
      _ = try AnnotationStore(path: state.path)
      #expect(FileManager.default.fileExists(atPath: state.path))
    }
  }

  @Test func networkFileSystemsAreTold() throws {
    try withFolder { folder in
      var info = stat()
      stat(folder, &info)
      let major = (info.st_dev >> 8) & 0xFFF | (info.st_dev >> 32) & ~0xFFF
      let minor = info.st_dev & 0xFF | (info.st_dev >> 12) & ~0xFF
      for (kind, expected) in [
        ("nfs4", true), ("fuse.sshfs", true), ("fuseblk", false), ("ext4", false),
      ] {
        let mounts =
          "20 1 9:9 / /x rw - cifs a rw\n21 1 \(major):\(minor) / / rw s:1 - \(kind) a rw\n"
        #expect(StoreLocation.isOnNetwork(folder, mounts: mounts) == expected)
      }
    }
  }
}
