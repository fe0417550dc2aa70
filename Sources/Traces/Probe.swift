import Tensors

/// What a forward pass is watched and steered through: a recording probe keeps signals, a
/// substituting one puts other values in their place. Explanations, ablations and teaching use
/// nothing else.
public final class Probe {
  /// What was shown so far.
  public private(set) var trace = Trace()
  private let records: Bool
  private let substitutions: [String: @Sendable (Tensor) -> Tensor]

  /// A probe that records, and replaces the values of the named taps.
  public init(
    records: Bool = true, substituting substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) {
    self.records = records
    self.substitutions = substitutions
  }

  /// Shows a value under a name and returns the one to go on with.
  public func tap(
    _ name: String, _ value: Tape.Variable, on tape: Tape, as signal: (Tensor) -> Signal
  ) -> Tape.Variable {
    var result = value
    if let substitute = substitutions[name] { result = tape.constant(substitute(tape[value])) }
    if records { trace.append(signal(tape[result])) }
    return result
  }

  /// The replacement for a value inside a fused operation, nil when there is none.
  public func substitute(_ name: String) -> (@Sendable (Tensor) -> Tensor)? { substitutions[name] }

  /// Shows a value that nothing else depends on.
  public func show(_ signal: @autoclosure () -> Signal) {
    if records { trace.append(signal()) }
  }
}
