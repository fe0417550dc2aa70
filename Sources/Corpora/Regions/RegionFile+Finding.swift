import Foundation

extension Dataset {
  /// Paths of the files of regions that `dataset.toml` names.
  package var regionFilePaths: [String] { regionFiles.map { "\(root)/\($0)" } }

  /// Files of regions that belong to the dataset: those of `dataset.toml`, and what looks like one
  /// in its folder. Paths; sorted, each once.
  package func regionPaths() -> [String] {
    let named = regionFilePaths
    let found = (FileBytes.names(in: root) ?? []).filter {
      !$0.hasPrefix(".") && DataFile.fileExtension(of: $0).lowercased() == "json"
    }
    .map { "\(root)/\($0)" }
    .filter(RegionFile.isLikely)
    var seen: Set<String> = []
    return (named + found.sorted()).filter { seen.insert(FileBytes.realPath($0) ?? $0).inserted }
  }
}

extension RegionFile {
  /// How many regions an instance has, and whether two of them are the same: what can tell a label
  /// without a look at the picture.
  struct Profile: Hashable {
    let count: Int
    let repeats: Bool

    init(_ boxes: [Box]) {
      count = boxes.count
      repeats = Set(boxes).count < boxes.count
    }
  }

  /// The instances that a file of regions speaks of, with what it says of them.
  struct Joined {
    var instances: [LabelledInstance] = []
    var profiles: [Profile] = []
    /// Regions of each, its own before its picture's.
    var boxes: [[Box]] = []
    /// How many of them are its own.
    var ofPair: [Int] = []
    /// The picture of each, as a number; instances without one have numbers of their own.
    var pictures: [Int] = []
    /// Owners of the file that are none of the dataset's.
    var strangers = 0
    /// Owners in the file.
    var owners = 0
    /// The largest place of a pair that the file has regions for but its split does not; nil where
    /// there is none.
    var beyond: Int?
    /// Whether regions belong to pictures, so that all instances of one share them.
    var byPicture = true
  }

  /// Lays the regions beside the dataset's instances. Instances without regions have none.
  /// - Returns: nil when no file of the dataset is meant.
  /// - Throws: `CorporaError`.
  func joined(to dataset: Dataset) throws -> Joined? {
    var files = dataset.files.filter { split == .all || $0.split == split }
    if files.isEmpty, dataset.files.count == 1, dataset.files[0].split == .all {
      files = dataset.files
    }
    let parts =
      dataset.files.isEmpty
      ? [Dataset.instances(of: dataset.posts[...], offset: 0)]
      : try files.map { try dataset.instances(of: $0) }
    let pictures = Set(parts.joined().compactMap { dataset.posts[$0.post].imageID })
    let table = byNumber(unless: pictures)
    var result = Joined()
    result.byPicture = table.keys.contains {
      if case .picture = $0 { true } else { false }
    }
    // An index means a line of one file.
    guard result.byPicture || parts.count == 1 else { return nil }
    result.owners = table.count
    if parts.count == 1 {
      result.beyond =
        table.keys.compactMap { key -> Int? in
          guard case .instance(let place) = key, place >= parts[0].count else { return nil }
          return place
        }.max()
    }
    var used: Set<Owner> = []
    var numbers: [String: Int] = [:]
    for instance in parts.joined() {
      let picture = dataset.posts[instance.post].imageID
      let own = table[.instance(instance.index)]
      let shared = picture.flatMap { table[.picture($0)] }
      if own != nil { used.insert(.instance(instance.index)) }
      if shared != nil, let picture { used.insert(.picture(picture)) }
      let all = (own ?? []) + (shared ?? [])
      result.instances.append(instance)
      result.profiles.append(Profile(all))
      result.boxes.append(all)
      result.ofPair.append(own?.count ?? 0)
      let key = picture.map { "=\($0)" } ?? "\(instance.post)"
      let number = numbers[key] ?? numbers.count
      numbers[key] = number
      result.pictures.append(number)
    }
    result.strangers = table.count - used.count
    return used.isEmpty ? nil : result
  }

  /// The regions; keys that are mere numbers are indices unless pictures have such names.
  private func byNumber(unless pictures: Set<String>) -> [Owner: [Box]] {
    let allNumbers = regions.keys.allSatisfy {
      if case .picture(let name) = $0 { Int(name) != nil && !pictures.contains(name) } else { true }
    }
    guard allNumbers else { return regions }
    return regions.reduce(into: [:]) { table, entry in
      guard case .picture(let name) = entry.key, let index = Int(name) else {
        table[entry.key, default: []] += entry.value
        return
      }
      table[.instance(index), default: []] += entry.value
    }
  }
}
