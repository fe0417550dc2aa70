import Testing

@testable import Routing

@Suite struct PostBootstrapTests {
  @Test func nothingIsUndefined() {
    #expect(PostBootstrap.f1(of: []) == nil)
    #expect(PostBootstrap.f1(of: [.zero, .zero]) == nil)
  }

  @Test func equalPostsHaveNoSpread() throws {
    let post = MatchCounts(correct: 1, predicted: 2, gold: 2)
    let interval = try #require(PostBootstrap.f1(of: [post, post, post]))
    #expect(interval.value == 50 && interval.low == 50 && interval.high == 50)
  }

  /// The share of right posts of 400 with one half right: its standard deviation is 2.5 points.
  @Test func theIntervalIsThatOfTheBinomial() throws {
    let posts = (0..<400).map { MatchCounts(correct: $0 % 2, predicted: 1, gold: 1) }
    let interval = try #require(PostBootstrap.f1(of: posts))
    #expect(interval.value == 50)
    #expect(abs(interval.low - 45.1) < 1 && abs(interval.high - 54.9) < 1, "\(interval)")
  }
}
