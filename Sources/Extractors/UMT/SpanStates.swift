import Tensors

/// The states of UMT's auxiliary task (MODELS §2.2, §3.2): where mentions stand, their types left
/// out. First-piece: O, B, I. With X: PAD, O, B, I, X, `[CLS]`, `[SEP]`.
struct SpanStates: Sendable, Hashable {
  let states: TagStates

  /// K′.
  var count: Int { states.labels == .withX ? 7 : 3 }

  /// The span state of one of the K states.
  func span(of state: Int) -> Int {
    let first = states.labels == .withX ? 1 : 0
    let tags = states.scheme.count
    if state < first { return 0 }
    let tag = state - first
    if tag == 0 { return first }
    if tag < tags { return first + 1 + (tag - 1) % 2 }
    return tag - tags + 4
  }

  /// O, B or I of each span state, for showing; what is none of them counts as O.
  var shown: [Int] { states.labels == .withX ? [0, 0, 1, 2, 0, 0, 0] : [0, 1, 2] }

  /// M, K′×K: what each span state says for the states, in equal parts; rows sum to 1.
  var conversion: Tensor {
    let (rows, columns) = (count, states.count)
    var result = Tensor([rows, columns])
    let spans = (0..<columns).map { span(of: $0) }
    for (state, span) in spans.enumerated() {
      result.array[span * columns + state] = 1 / Float(spans.count { $0 == span })
    }
    return result
  }
}
