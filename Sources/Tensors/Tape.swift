/// A record of a forward pass, from which gradients flow backwards.
///
/// A tape lives on one queue and is thrown away after use; values stay valid as plain `Tensor`s.
/// With `recording: false` the same layers run without keeping what only a backward pass needs.
package final class Tape {
  /// A handle on a value of this tape.
  package struct Variable: Sendable, Hashable {
    let index: Int
  }

  struct Node {
    var value: Tensor
    var needsGradient: Bool
    var backward: ((Tape, UnsafePointer<Float>) -> Void)?
  }

  var nodes: [Node] = []
  private var gradients: [[Float]?] = []
  private var parameterNodes: [Int: Variable] = [:]
  /// Of leaves that are tables: what gathering adds to their rows; see `RowGradient`.
  var rowContributions: [Int: [(rows: [Int], values: [Float])]] = [:]
  var rowWidths: [Int: Int] = [:]
  /// New values of buffers (batch norm statistics), by slot, to be written back by the training
  /// loop.
  package private(set) var bufferUpdates: [Int: Tensor] = [:]

  /// Whether backward information is kept.
  package let recording: Bool
  /// Whether layers behave as in training (dropout, batch statistics).
  package let training: Bool
  /// Whether what stands for a network's input is a leaf, so that its gradient can be asked for.
  package let watchesInputs: Bool
  /// Those leaves, in the order in which they were read.
  var inputs: [(kind: NetworkInput, leaf: Variable)] = []
  /// Source of dropout masks.
  package var generator: SeededGenerator

  /// A fresh tape.
  ///
  /// - Parameters:
  ///   - recording: keep what `backward` needs.
  ///   - training: dropout on, batch norm over the batch; defaults to `recording`.
  ///   - watchesInputs: for the gradient of inputs, not of parameters.
  ///   - seed: of dropout.
  package init(
    recording: Bool = false, training: Bool? = nil, watchesInputs: Bool = false, seed: UInt64 = 0
  ) {
    self.recording = recording
    self.training = training ?? recording
    self.watchesInputs = watchesInputs
    if recording { _ = Memory.isKept }
    generator = SeededGenerator(seed: seed, stream: "dropout")
  }

  /// The value behind a handle.
  package subscript(_ variable: Variable) -> Tensor { nodes[variable.index].value }

  /// The shape of the value behind a handle.
  package func shape(_ variable: Variable) -> [Int] { nodes[variable.index].value.shape }

  /// A value that no gradient is wanted for.
  package func constant(_ tensor: Tensor) -> Variable {
    push(tensor, needsGradient: false, backward: nil)
  }

  /// A value whose gradient can be asked for after `backward`.
  package func input(_ tensor: Tensor) -> Variable {
    push(tensor, needsGradient: recording, backward: nil)
  }

  /// A model's parameter; the same slot gives the same handle.
  package func callAsFunction(_ parameter: Parameter) -> Variable {
    if parameter.slot >= 0, let known = parameterNodes[parameter.slot] { return known }
    let variable = push(
      parameter.value, needsGradient: recording && !watchesInputs && parameter.trainable,
      backward: nil)
    if parameter.slot >= 0 { parameterNodes[parameter.slot] = variable }
    return variable
  }

  func needsGradient(_ variable: Variable) -> Bool { nodes[variable.index].needsGradient }

  func push(
    _ value: Tensor, needsGradient: Bool, backward: ((Tape, UnsafePointer<Float>) -> Void)?
  ) -> Variable {
    nodes.append(Node(value: value, needsGradient: needsGradient, backward: backward))
    return Variable(index: nodes.count - 1)
  }

  /// Records the result of an operation; `backward` gets the gradient of the result and adds to its
  /// inputs' own.
  func record(
    _ value: Tensor, from inputs: [Variable],
    backward: @escaping (Tape, UnsafePointer<Float>) -> Void
  ) -> Variable {
    let needed = recording && inputs.contains { needsGradient($0) }
    return push(value, needsGradient: needed, backward: needed ? backward : nil)
  }

  /// Lets `body` add to the gradient of `variable`; skipped when nobody wants it.
  func addGradient(_ variable: Variable, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let i = variable.index
    guard nodes[i].needsGradient else { return }
    if gradients[i] == nil { gradients[i] = [Float](repeating: 0, count: nodes[i].value.count) }
    // Taken out while in use, so that it is changed in place.
    var gradient = gradients[i].take() ?? []
    gradient.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { body(base) }
    }
    gradients[i] = gradient
  }

  /// Lets `body` write the gradient of `variable`, or add to it when `adds`; skipped when nobody
  /// wants it. Cheaper than `addGradient`: a gradient that comes from one place is not cleared
  /// first.
  func writeGradient(
    _ variable: Variable, _ body: (_ d: UnsafeMutablePointer<Float>, _ adds: Bool) -> Void
  ) {
    let i = variable.index
    guard nodes[i].needsGradient else { return }
    if gradients[i] != nil { return addGradient(variable) { body($0, true) } }
    let count = nodes[i].value.count
    gradients[i] = [Float](unsafeUninitializedCapacity: count) { buffer, used in
      if let base = buffer.baseAddress { body(base, false) }
      used = count
    }
  }

  /// Lets go of the values of parameters, so that an optimiser who is about to change them finds
  /// them in one hand. The tape is of no use for them afterwards.
  func releaseParameters() {
    for variable in parameterNodes.values { nodes[variable.index].value = Tensor(hollow: []) }
  }

  /// Lets gradients flow from a scalar to every parameter and input. Once only: what an operation
  /// kept for it is let go on the way.
  package func backward(from loss: Variable) {
    precondition(nodes[loss.index].value.count == 1, "gradients start from a single number")
    gradients = [[Float]?](repeating: nil, count: nodes.count)
    rowContributions = [:]
    guard nodes[loss.index].needsGradient else { return }
    gradients[loss.index] = [1]
    for i in stride(from: loss.index, through: 0, by: -1) {
      guard let backward = nodes[i].backward, let gradient = gradients[i] else { continue }
      gradient.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { backward(self, base) }
      }
      // Inner gradients are not needed again; parameters and inputs have no backward and stay.
      gradients[i] = nil
      nodes[i].backward = nil
    }
  }

  /// The gradient of an input after `backward`; zeros when nothing flowed there.
  package func gradient(of variable: Variable) -> Tensor {
    let value = nodes[variable.index].value
    guard variable.index < gradients.count, let gradient = wholeGradient(variable.index) else {
      return Tensor(value.shape)
    }
    return Tensor(value.shape, gradient)
  }

  private func wholeGradient(_ index: Int) -> [Float]? {
    guard let rows = rowGradient(index) else { return gradients[index] }
    var whole = gradients[index] ?? [Float](repeating: 0, count: nodes[index].value.count)
    rows.add(to: &whole)
    return whole
  }

  /// Gradients of all parameters that took part, by slot.
  package var parameterGradients: [Int: [Float]] {
    var result: [Int: [Float]] = [:]
    for (slot, variable) in parameterNodes where variable.index < gradients.count {
      if let gradient = wholeGradient(variable.index) { result[slot] = gradient }
    }
    return result
  }

  /// The same, tables by rows where possible.
  var optimizerGradients: [Int: Optimizer.Gradient] {
    var result: [Int: Optimizer.Gradient] = [:]
    for (slot, variable) in parameterNodes where variable.index < gradients.count {
      if gradients[variable.index] == nil, let rows = rowGradient(variable.index) {
        result[slot] = .rows(rows)
      } else if let gradient = wholeGradient(variable.index) {
        result[slot] = .whole(gradient)
      }
    }
    return result
  }

  /// Notes the new value of a buffer, to be written back after the step.
  func update(buffer parameter: Parameter, to value: Tensor) {
    if parameter.slot >= 0 { bufferUpdates[parameter.slot] = value }
  }
}
