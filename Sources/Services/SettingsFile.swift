import Files
import Foundation
import Settings
import Workbench

/// A file of own keys as it was read.
package struct KeysText: Sendable, Hashable {
  package let text: String
  /// Its path, for errors.
  package let file: String
}

/// The settings that hold for a person whatever dataset is opened.
package struct PersonalSettings: Sendable {
  /// What can be set; a dataset's own file comes later.
  package private(set) var settings = ResolvedSettings(Setting.all)
  /// The person's own file, where it has keys.
  package private(set) var keys: KeysText?

  /// Reads what is remembered, the person's own file and the environment.
  /// - Parameter remembers: whether what was last on screen counts; key scripts know nothing of it.
  /// - Throws: `SettingError` with file and line, or with the variable, at the first mistake: who
  ///   wrote it can correct it.
  package init(environment: [String: String], remembers: Bool) throws(SettingError) {
    if remembers {
      let source = SettingSource.remembered(file: ViewMemory.path(environment))
      for (name, value) in ViewMemory(environment: environment).values {
        settings.take(value, for: name, from: source)
      }
    }
    let path = SettingsFile.ofPerson(environment)
    if let text = try SettingsFile.text(path) {
      let read = ReadSettings(text, file: path, owner: .person, table: Setting.all)
      if let problem = read.problems.first { throw problem }
      for said in read.said {
        let value = SettingsFile.absolute(
          said.value, of: said.name, from: FilePath.parent(of: path))
        settings.take(value, for: said.name, from: .person(file: path, line: said.line))
      }
      keys = read.hasKeys ? KeysText(text: text, file: path) : nil
    }
    try settings.take(environment: environment)
  }
}

extension ResolvedSettings {
  /// Takes what the settings file of a dataset's folder says, which may come from a stranger: only
  /// what is for datasets, and only from a file that lies in that folder. Returns what is not taken
  /// and why; nothing in it keeps a person from opening the dataset.
  package mutating func take(datasetIn root: String) -> [SettingError] {
    let path = SettingsFile.ofDataset(root: root)
    if let target = FolderBoundary(root)?.escape(of: path) {
      return [
        .file(path, reason: "leads out of the dataset's folder, to \(target); it is not read")
      ]
    }
    do throws(SettingError) {
      guard let text = try SettingsFile.text(path) else { return [] }
      let read = ReadSettings(text, file: path, owner: .dataset, table: entries.map(\.setting))
      for said in read.said {
        take(said.value, for: said.name, from: .dataset(file: path, line: said.line))
      }
      return read.problems
    } catch {
      return [error]
    }
  }
}

/// The files that settings are read from and written to.
package enum SettingsFile {
  static let name = "config.toml"

  /// The person's own.
  package static func ofPerson(_ environment: [String: String]) -> String {
    "\(UserFolders.configuration(environment))/\(name)"
  }

  /// The one that lies with a dataset.
  package static func ofDataset(root: String) -> String { "\(root)/.twinlens/\(name)" }

  /// What a file says; nil when there is none.
  /// - Throws: `SettingError.file` for what is no text of a bounded size.
  static func text(_ path: String) throws(SettingError) -> String? {
    // Without O_NONBLOCK a pipe would be waited for, and a device may never end.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .file(path, reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw .file(path, reason: "is no regular file; move it away")
    }
    let data: Data
    do {
      data = try handle.read(upToCount: SettingsText.mostBytes + 1) ?? Data()
    } catch {
      throw .file(path, reason: "cannot be read: \(error)")
    }
    guard data.count <= SettingsText.mostBytes else {
      throw .file(path, reason: "is larger than 1 MB; settings are a page of text")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .file(path, reason: "is not UTF-8; save it as that")
    }
    return text
  }

  /// A value whose path, if it is one, leads from a folder; `~` is the person's own.
  static func absolute(
    _ value: SettingValue, of name: Setting.Name, from folder: String
  ) -> SettingValue {
    guard let path = Setting.all.first(where: { $0.name == name })?.path(in: value) else {
      return value
    }
    let own = (path as NSString).expandingTildeInPath
    return .text(own.hasPrefix("/") ? own : "\(folder)/\(own)")
  }
}

// MARK: Writing

extension SettingsFile {
  /// Writes settings into the person's own file, in the place of what it says of them or after its
  /// other settings; comments and all other lines stay as they are. Returns the path.
  /// - Throws: `SettingError`; the file is then as it was.
  package static func save(
    _ changes: [SettingChange], environment: [String: String]
  ) throws(SettingError) -> String {
    let path = ofPerson(environment)
    let old = try text(path) ?? ""
    let before = ReadSettings(old, file: path, owner: .person, table: Setting.all)
    if let problem = before.problems.first { throw problem }
    var wanted = Dictionary(uniqueKeysWithValues: before.said.map { ($0.name, $0.value) })
    var new = old
    for change in changes {
      let here = FileManager.default.currentDirectoryPath
      let value = absolute(change.value, of: change.name, from: here)
      wanted[change.name] = value
      new = SettingsLines(new).setting(change.name.rawValue, to: value.toml)
    }
    let after = ReadSettings(new, file: path, owner: .person, table: Setting.all)
    let said = Dictionary(after.said.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    guard after.problems.isEmpty, said == wanted, after.hasKeys == before.hasKeys else {
      throw .file(path, reason: "is written in a way that is not changed here; change it by hand")
    }
    try write(new, to: path)
    return path
  }

  private static func write(_ text: String, to path: String) throws(SettingError) {
    // A link stays a link: many people keep these files elsewhere.
    let place =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil
      ? path : URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    do {
      try FileManager.default.createDirectory(
        atPath: FilePath.parent(of: place), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let file = try NewFile(at: place)
      var info = stat()
      if stat(place, &info) == 0 { fchmod(file.descriptor, info.st_mode & 0o777) }
      try Data(text.utf8).withUnsafeBytes { try file.write($0) }
      try file.finish()
    } catch {
      throw .file(path, reason: "cannot be written: \(error)")
    }
  }
}
