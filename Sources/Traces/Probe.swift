import Tensors

/// What a forward pass is watched and steered through: a recording probe keeps signals, a
/// substituting one puts other values in their place. Explanations, ablations and teaching use
/// nothing else.
package final class Probe {
  /// What was shown so far.
  package private(set) var trace = Trace()
  private let records: Bool
  /// Why no signals of the picture are kept; nil where they are.
  private let blindness: AbsentSignal.Cause?
  /// The taps so far: values can be put there.
  private var taps: Set<String> = []
  private let substitutions: [String: @Sendable (Tensor) -> Tensor]

  /// A probe that records, and replaces the values of the named taps.
  ///
  /// - Parameters:
  ///   - hasPicture: false where the model was given something in place of a picture: signals of
  ///     the picture are then left out, since their numbers say nothing.
  ///   - looks: false where the model was trained without looking at pictures.
  package init(
    records: Bool = true, hasPicture: Bool = true, looks: Bool = true,
    substituting substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) {
    self.records = records
    blindness = !looks ? .trainedWithout : hasPicture ? nil : .noPicture
    self.substitutions = substitutions
  }

  /// Shows a value under a name and returns the one to go on with.
  package func tap(
    _ name: String, _ value: Tape.Variable, on tape: Tape, as signal: (Tensor) -> Signal
  ) -> Tape.Variable {
    var result = value
    taps.insert(name)
    if let substitute = substitutions[name] { result = tape.constant(substitute(tape[value])) }
    show(signal(tape[result]))
    return result
  }

  /// The same for a value outside any tape.
  package func tap(_ name: String, _ value: Tensor, as signal: (Tensor) -> Signal) -> Tensor {
    taps.insert(name)
    let result = substitutions[name]?(value) ?? value
    show(signal(result))
    return result
  }

  /// The replacement for a value inside a fused operation, nil when there is none.
  package func substitute(_ name: String) -> (@Sendable (Tensor) -> Tensor)? {
    taps.insert(name)
    return substitutions[name]
  }

  /// Shows a value that nothing else depends on.
  package func show(_ signal: @autoclosure () -> Signal) {
    guard records else { return }
    var signal = signal()
    signal.isTap = taps.contains(signal.name)
    if signal.needsPicture, let blindness {
      trace.leaveOut(signal, blindness)
    } else {
      trace.append(signal)
    }
  }
}
