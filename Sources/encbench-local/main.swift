import Encoders
import Foundation
@testable import Tensors

func stack(_ d: Int, _ layers: Int, _ heads: Int, _ inner: Int) -> TransformerConfiguration {
  TransformerConfiguration(hiddenSize: d, layers: layers, heads: heads, intermediateSize: inner, activation: .gelu, norm: .post, epsilon: 1e-12, names: .bert)
}
func text(_ s: TransformerConfiguration) -> TextConfiguration {
  TextConfiguration(stack: s, vocabulary: 30522, positions: 512, tokenTypes: 2, padding: 0, counting: .fromZero)
}
func now() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) * 1e3 + Double(t.tv_nsec) / 1e6 }
func measure(_ name: String, _ n: Int, _ f: () throws -> Void) rethrows {
  try f(); try f()
  var t: [Double] = []
  for _ in 0..<n { let s = now(); try f(); t.append(now() - s) }
  t.sort()
  print(name, String(format: "median %.2f best %.2f p90 %.2f", t[n / 2], t[0], t[n * 9 / 10]))
}
let want = CommandLine.arguments.dropFirst().first ?? ""
func batch(_ b: Int, _ t: Int) -> TextBatch { TextBatch(ids: (0..<(b * t)).map { 5 + ($0 * 7919) % 30000 }, count: b, length: t) }
var source = WeightSource.random(seed: 1)
if want.isEmpty || want.contains("mini") {
  let e = BERTEngine(BERTModel(text(stack(384, 6, 12, 1536)), &source))
  let b = batch(1, 40)
  try measure("minilm 1x40", 100) { _ = try e(b) }
}
if want.isEmpty || want.contains("bert") {
  let e = BERTEngine(BERTModel(text(stack(768, 12, 12, 3072)), &source))
  let b = batch(1, 64), c = batch(16, 64)
  try measure("bert 1x64", 40) { _ = try e(b) }
  try measure("bert 16x64", 6) { _ = try e(c) }
}
if want.isEmpty || want.contains("clip") {
  func s(_ d: Int, _ h: Int) -> TransformerConfiguration { TransformerConfiguration(hiddenSize: d, layers: 12, heads: h, intermediateSize: 4 * d, activation: .quickGELU, norm: .pre, epsilon: 1e-5, names: .clip) }
  let m = CLIPModel(CLIPConfiguration(text: CLIPTextConfiguration(stack: s(512, 8), vocabulary: 49408, positions: 77, endOfText: 49407), vision: VisionConfiguration(stack: s(768, 12), side: 224, patch: 32), projection: 512), &source)
  let t = CLIPTextEngine(m.text, projection: m.textProjection), v = VisionEngine(m.vision, projection: m.visualProjection)
  let b = batch(1, 40), p = Tensor([1, 3, 224, 224], repeating: 0.3)
  try measure("clip text", 60) { _ = try t(b) }
  try measure("clip image", 40) { _ = try v(p) }
}
if want.isEmpty || want.contains("res") {
  var g = SeededGenerator(seed: 1)
  let p = Tensor([1, 3, 224, 224], repeating: 0.3)
  for (n, c) in [("resnet-34", ResNet.Configuration(embeddingSize: 64, hiddenSizes: [64, 128, 256, 512], depths: [3, 4, 6, 3], layerType: .basic)), ("resnet-50", ResNet.Configuration(embeddingSize: 64, hiddenSizes: [256, 512, 1024, 2048], depths: [3, 4, 6, 3], layerType: .bottleneck))] {
    let e = ResNetEngine(ResNet(c, &g))
    try measure(n, 40) { _ = try e(p) }
  }
}
if want.isEmpty || want.contains("lstm") {
  var g = SeededGenerator(seed: 1)
  let l = PackedLSTM(LSTM(400, hidden: 256, &g))
  let x = Tensor([8, 40, 400], repeating: 0.1)
  measure("bilstm", 100) { _ = l(x, lengths: [Int](repeating: 40, count: 8)) }
}
if want.contains("train") {
  var s = stack(384, 6, 12, 1536); s.hiddenDropout = 0.1; s.attentionDropout = 0.1
  var m = BERTModel(text(s), &source)
  m.indexParameters()
  var o = Optimizer(.adamW(decay: 0.01))
  let b = batch(16, 40)
  try measure("minilm train", 8) {
    let tape = Tape(recording: true, seed: 3)
    let x = try m(b, tape).last
    let loss = tape.scale(tape.sum(tape.multiply(x, x)), by: 1 / Float(tape[x].count))
    tape.backward(from: loss)
    o.step(&m, tape) { _ in 1e-5 }
  }
}

if want == "blas" {
  for (m, n, k, ta, tb) in [(32, 64, 256, false, true), (32, 200, 200, false, true), (64, 64, 128, false, true), (256, 256, 512, false, true), (64, 576, 196, false, true), (32, 196, 288, false, false), (288, 196, 32, true, false), (200, 200, 32, true, false), (128, 49, 576, false, false), (640, 384, 384, true, false), (1024, 256, 40, true, false), (8, 1024, 256, false, true)] {
    let a = [Float](repeating: 0.5, count: m * k), b = [Float](repeating: 0.25, count: n * k)
    var c = [Float](repeating: 0, count: m * n)
    func time(_ beta: Float, _ alpha: Float) -> Double {
      var best = 1e9
      for _ in 0..<200 { let s = now(); BLAS.multiply(a, transposeA: ta, lda: ta ? m : k, b, transposeB: tb, ldb: tb ? k : n, into: &c, ldc: n, m: m, n: n, k: k, alpha: alpha, beta: beta); best = min(best, now() - s) }
      return best * 1000
    }
    // alpha 2 goes to the library
    print(m, n, k, ta, tb, "ours", String(format: "%.1f", time(0, 1)), "library", String(format: "%.1f us", time(0, 2)), BLAS.packs(m: m, n: n, k: k))
  }
}
