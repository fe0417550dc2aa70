/// Why a question has no answer, in words.
struct Unanswered: Error, Equatable {
  let reason: String
}

extension Result where Failure == Unanswered {
  /// Why there is no answer; nil where there is one.
  var reason: String? {
    if case .failure(let failure) = self { failure.reason } else { nil }
  }
}
