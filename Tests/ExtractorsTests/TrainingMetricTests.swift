import Extractors
import Testing

/// Numbers of a training in words.
@Suite("Numbers of a training")
struct TrainingMetricTests {
  @Test(arguments: [
    ("devF1", "dev F1"), ("devF1WithNone", "dev F1 with None"), ("gateMacroF1", "gate macro F1"),
    ("testAUCImageAdds", "test AUC image adds"), ("learningRate", "learning rate"),
    ("epochs", "epochs"), ("crfRate", "crf rate"),
  ])
  func namesAreSpelled(name: String, words: String) {
    #expect(TrainingMetric.words(name) == words)
  }

  @Test(arguments: [
    ("devF1", 83.9633, "83.96"), ("epochs", 40, "40"), ("seconds", 29.76, "29.8 s"),
    ("seconds", 881.859, "14 min 42 s"), ("seconds", 3960.8, "1 h 6 min 1 s"),
    ("testAUCImageAdds", 0.77912, "0.779"), ("pseudoLabelled", 11887, "11887"),
    ("seconds", .infinity, "inf"),
  ])
  func valuesAreRounded(name: String, value: Double, text: String) {
    #expect(TrainingMetric.text(name, value) == text)
  }
}
