import Files

extension Opener {
  /// What the settings, or the file that they name, tell annotators of these labels.
  mutating func guidelines(
    types: [EntityType], relations: [String]
  ) throws -> Guidelines {
    if let name = settings.guidelinesFile {
      guard try isInside(name) else { return Guidelines() }
      do {
        let bytes = try FileBytes.read(path(of: name), limit: Guidelines.mostOfFile)
        return Guidelines(
          markdown: String(decoding: bytes, as: UTF8.self),
          labels: Set(types.map(\.rawValue) + relations))
      } catch let error as CorporaError {
        if case .malformed = error { throw error }
        try note(.unreadableFile(error.description), file: name)
        return Guidelines()
      }
    }
    let (found, unknown) = settings.guidelines.resolved(types: types, relations: relations)
    // A part of a dataset need not have each of the field's relations.
    for label in unknown.filter({ !RelationInventory.mnre.contains($0) }).prefix(20) {
      let known = types.map(\.rawValue).joined(separator: " ")
      try note(
        .settings(
          "guidelines: \(label.prefix(60)) is no label of this dataset; types are \(known)"),
        file: DatasetSettings.fileName)
    }
    return found
  }
}
