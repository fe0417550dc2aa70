import Files

/// A whole history from one store to another of any kind, every byte of each step the same.
package struct StoreTransfer: Sendable {
  /// How many steps the history has.
  package let steps: Int
  /// SHA-256 over the checksums of the steps in their order, of the source and of the target.
  package let digest: String
  /// The stores as they are named.
  package let from: String, to: String

  /// What a copy is at.
  package enum Part: String, Sendable, CaseIterable {
    case reading, copying, comparing
  }

  /// Copies all steps in one transaction, then reads the target again and compares it.
  /// - Parameter told: is told the share of each part, now and then.
  /// - Throws: `StoreError`; `StoreTransferError` when the source is damaged or the target is not
  ///   empty.
  package init(
    from: String, to: String, told: (Part, Double) -> Void = { _, _ in }
  ) throws {
    guard StoreAddress.isThere(from) else { throw StoreError.missing(from) }
    let source = try StoreAddress.open(from, access: .readOnly)
    let stored = try source.stored(keepingRows: false) { told(.reading, $0) }
    if let finding = stored.findings.first {
      throw StoreTransferError.damaged(source.path, "\(finding)")
    }
    let checksums = try source.checksums()
    for step in stored.steps {
      guard let checksum = checksums[step.sequence] else { continue }
      guard StepRow(step).checksum == checksum else {
        throw StoreTransferError.damaged(
          source.path, "step \(step.sequence) is spelled as this version would not spell it")
      }
    }
    // Somebody may have written while the checksums were read.
    let own = stored.steps.map { StepRow($0).checksum }
    let target = try StoreAddress.open(to)
    guard try target.stored().last == 0 else { throw StoreTransferError.notEmpty(target.path) }
    try target.append(contentsOf: stored.steps) { told(.copying, $0) }
    for opening in try source.openings().reversed() {
      try target.noteOpening(of: opening, at: Step.now())
    }
    // Whoever closes a file last brings its log into it, which a reader cannot.
    try withExtendedLifetime(target) {
      let copied = try StoreAddress.open(to, access: .readOnly)
      let found = try copied.checksums()
      guard
        try copied.stored(keepingRows: false, told: { told(.comparing, $0) }).steps == stored.steps,
        stored.steps.map({ found[$0.sequence] }) == own
      else { throw StoreTransferError.differs(target.path) }
    }
    digest = SHA256.hexDigest(of: Array(own.joined().utf8))
    (steps, self.from, self.to) = (stored.steps.count, source.path, target.path)
  }
}

/// Why a history was not copied. The source is as it was.
package enum StoreTransferError: Error, Sendable, Hashable, CustomStringConvertible {
  case damaged(String, String)
  case notEmpty(String)
  case differs(String)

  package var description: String {
    switch self {
    case .damaged(let path, let detail):
      "\(path): not copied, as it is not whole (\(detail)); `twinlens annotations merge DATASET "
        + "--store NEW --from OLD` takes over what can be read"
    case .notEmpty(let path):
      "\(path): steps are there already, so nothing was copied; name an empty store, or add to this "
        + "one with `twinlens annotations merge`"
    case .differs(let path):
      "\(path): what is there now is not what was copied (did somebody write to it?); compare both "
        + "with `twinlens annotations log` before you go on"
    }
  }
}
