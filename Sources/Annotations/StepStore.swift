import Corpora

/// Where the steps of a history are kept: appended only, each acknowledged once it is durable.
///
/// Several processes may write, each step after whatever the others wrote. What steps mean is none
/// of a store's business: replay, undo and merge are `EditHistory`'s, and the same for all stores.
package protocol StepStore: AnyObject, Sendable {
  /// The store as errors name it.
  var path: String { get }
  /// Why edits cannot go into the store any more, or are not there any more; nil where all is well.
  var problemOfPlace: StoreError? { get }

  /// Appends a step and returns its sequence number once it is durable. Waits: for scripts.
  /// - Throws: `StoreError`; nothing was appended then.
  @discardableResult func append(_ step: Step) throws -> Int64

  /// Appends a step; `completion` is called on the store's queue once it is durable, or failed.
  /// Calls are carried out in their order.
  /// - Parameter round: grows each time that steps are sent again. After one of a round was not
  ///   stored, the rest of that round is refused too: once others write, their numbers may fit by
  ///   chance. Nil for a step that is on its own.
  func append(
    _ step: Step, round: Int?,
    completion: @escaping @Sendable (Result<Int64, StoreError>) -> Void)

  /// From now on an edit that finds no answer is not sent again for longer than so many seconds;
  /// without this, for ever. Only a server can fail to answer.
  func limitTrying(to seconds: Double)

  /// After so many seconds nothing is sent again, whatever has no answer by then.
  func endTrying(in seconds: Double)

  /// Appends steps, each after the one before, all of them or none.
  /// - Parameter told: is told the share that was sent, now and then.
  /// - Throws: `StoreError`; nothing was appended then.
  func append(contentsOf steps: [Step], told: (Double) -> Void) throws

  /// All that is stored.
  /// - Parameters:
  ///   - keepingRows: whether sound rows are kept as they are, too.
  ///   - told: is told the share that was read, now and then.
  /// - Throws: `StoreError`.
  func stored(keepingRows: Bool, told: (Double) -> Void) throws -> StepRows.Stored

  /// What is stored after a mark, which need not be read again up to there; nil where the store
  /// does not hold what the mark was made of any more, or cannot tell.
  /// - Throws: `StoreError`.
  func stored(following mark: LogMark) throws -> StepRows.Stored?

  /// The checksum that is stored beside each step, by its number; none in a store of a version that
  /// wrote none.
  /// - Throws: `StoreError`.
  func checksums() throws -> [Int64: String]

  /// What other processes stored since the last call; nil when it is nothing. Own steps are not
  /// among it.
  /// - Throws: `StoreError`.
  func others() throws -> AnnotationStore.Others?

  /// Looks for steps of other processes again and again, until the watch is let go.
  /// - Parameters:
  ///   - interval: seconds.
  ///   - found: is called on a queue of its own, in the store's order with the answers of `append`.
  ///   - lost: is called there when the store cannot be used any more, and with nil when it can
  ///     again.
  func watch(
    every interval: Double, found: @escaping @Sendable (AnnotationStore.Others) -> Void,
    lost: @escaping @Sendable (StoreError?) -> Void
  ) -> StoreWatch

  /// The datasets that were annotated in this store, the latest first; none in a store that was
  /// made without one.
  /// - Throws: `StoreError`.
  func openings() throws -> [StoreOpening]

  /// Notes that a dataset is being annotated.
  /// - Returns: false when its files are others than at the last time.
  /// - Throws: `StoreError`.
  @discardableResult func noteOpening(of opening: StoreOpening, at time: Int64) throws -> Bool
}

extension StepStore {
  package func limitTrying(to seconds: Double) {}

  package func endTrying(in seconds: Double) {}

  /// Appends steps, each after the one before, all of them or none.
  /// - Throws: `StoreError`; nothing was appended then.
  package func append(contentsOf steps: [Step]) throws { try append(contentsOf: steps) { _ in } }

  /// All that is stored.
  /// - Throws: `StoreError`.
  package func stored(keepingRows: Bool = false) throws -> StepRows.Stored {
    try stored(keepingRows: keepingRows) { _ in }
  }

  /// Appends a step and returns its sequence number once it is durable.
  /// - Throws: `StoreError`; nothing was appended then.
  @discardableResult
  package func append(_ step: Step) async throws -> Int64 {
    try await withCheckedThrowingContinuation { continuation in
      append(step, round: nil) { continuation.resume(with: $0) }
    }
  }

  /// All steps, oldest first. A row that makes no sense is left out and named.
  /// - Throws: `StoreError`.
  package func steps() throws -> (steps: [Step], findings: [StoreFinding]) {
    let stored = try stored()
    return (stored.steps, stored.findings)
  }

  /// Notes that a dataset is being annotated.
  /// - Returns: false when its files are others than at the last time.
  /// - Throws: `StoreError`.
  @discardableResult
  package func noteOpening(of dataset: Dataset, at time: Int64 = Step.now()) throws -> Bool {
    try noteOpening(of: StoreOpening(of: dataset), at: time)
  }
}
