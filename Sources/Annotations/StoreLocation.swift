import Corpora
import Files
import Foundation
import Tensors

/// Where the annotations of a dataset are kept, and why there.
package struct StoreLocation: Sendable, Hashable {
  /// The SQLite file, or the address of a server.
  package let path: String
  /// Why it is there.
  package let reason: Reason

  /// Why a store is where it is.
  package enum Reason: Sendable, Hashable {
    /// `--store` named the file.
    case named
    /// `--store` named a server.
    case server
    /// `.twinlens` in the dataset's folder, which can be written.
    case besideDataset
    /// The state folder of the user, because the dataset's folder cannot be written.
    case stateFolder
  }

  /// The store beside the dataset, when it is there but may not be written: it is read, and edits
  /// go to `path`.
  package let unwritable: String?
  /// Where edits went while the store beside the dataset could not be written; nothing need be
  /// there.
  package let elsewhere: String?

  /// What is shown for `path`: of a server without who connects and how.
  package let name: String
  /// What files that belong to the store begin with: answers of models, retrained routers and their
  /// like. The path itself where it is a file's.
  package let workPath: String

  /// A location by its parts.
  package init(
    path: String, reason: Reason, unwritable: String? = nil, elsewhere: String? = nil,
    name: String? = nil, workPath: String? = nil
  ) {
    self.path = path
    self.reason = reason
    self.name = name ?? path
    self.workPath = workPath ?? path
    self.unwritable = unwritable
    self.elsewhere = elsewhere
  }

  /// The rule of ARCHITECTURE, "Store": `--store`, else `.twinlens/annotations.sqlite` in the
  /// dataset's folder when that can be written, else a folder named for the dataset's path under
  /// `$XDG_STATE_HOME/twinlens` (`~/.local/state/twinlens`). Looks at the disk and makes nothing.
  /// What belongs to a server's store lies where the dataset's own store would.
  /// - Throws: `StoreError.leadsOut` when the dataset brings a link to somewhere else,
  ///   `badAddress`.
  package static func resolve(
    dataset: Dataset, explicit: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> StoreLocation {
    if let explicit {
      guard PostgresAddress.isMeant(by: explicit) else {
        return StoreLocation(path: explicit, reason: .named)
      }
      let name = try PostgresAddress(explicit).name
      let own = try resolve(dataset: dataset, environment: environment)
      let hash = SHA256.hexDigest(of: Array(name.utf8)).prefix(12)
      return StoreLocation(
        path: explicit, reason: .server, name: name,
        workPath: "\(FilePath.parent(of: own.path))/server-\(hash)")
    }
    let folder = "\(dataset.root)/.twinlens"
    let store = "\(folder)/annotations.sqlite"
    if let boundary = FolderBoundary(dataset.root) {
      // What lies beside the store is read by default too.
      if let found = boundary.firstEscape(under: folder, depth: 3) {
        throw StoreError.leadsOut(found.path, to: found.target)
      }
    }
    let state = stateFolder(dataset, environment)
    let isThere = exists(store)
    let isWritable =
      if exists(folder) {
        canWrite(folder) && (!isThere || canWrite(store))
      } else {
        canWrite(dataset.root)
      }
    return isWritable
      ? StoreLocation(path: store, reason: .besideDataset, elsewhere: state)
      : StoreLocation(path: state, reason: .stateFolder, unwritable: isThere ? store : nil)
  }

  private static func stateFolder(_ dataset: Dataset, _ environment: [String: String]) -> String {
    let root = URL(fileURLWithPath: dataset.root).resolvingSymlinksInPath().path
    let name = (root as NSString).lastPathComponent
    let hash = SHA256.hexDigest(of: Array(root.utf8)).prefix(12)
    return "\(UserFolders.state(environment))/\(name)-\(hash)/annotations.sqlite"
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Root may write anywhere; a file or folder without any write bit was meant to stay as it is all
  /// the same.
  private static func canWrite(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & 0o222 != 0 && access(path, W_OK) == 0
  }

  /// True where SQLite's write-ahead log does not work, as it needs memory shared between machines
  /// (https://sqlite.org/wal.html): NFS, SMB, FUSE, 9p and their like. The path must exist.
  static func isOnNetwork(_ path: String, mounts: String? = nil) -> Bool {
    var info = stat()
    guard stat(path, &info) == 0 else { return false }
    // The device number's parts, as glibc's `major` and `minor` macros have them.
    let major = (info.st_dev >> 8) & 0xFFF | (info.st_dev >> 32) & ~0xFFF
    let minor = info.st_dev & 0xFF | (info.st_dev >> 12) & ~0xFF
    let table =
      mounts ?? (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    for line in table.split(separator: "\n") {
      // `36 35 98:0 /mnt1 /mnt2 rw shared:1 - ext3 /dev/root rw` (proc(5))
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == "\(major):\(minor)",
        let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
      else { continue }
      let kind = String(fields[dash + 1])
      return networkKinds.contains(kind) || kind.hasPrefix("nfs") || kind.hasPrefix("fuse.")
    }
    return false
  }

  private static let networkKinds: Set<String> = [
    "9p", "afs", "ceph", "cifs", "coda", "fuse", "gfs2", "lustre", "ocfs2", "smb3", "smbfs",
    "vboxsf",
    "virtiofs",
  ]
}
