import Tensors
import Traces

@testable import Extractors
@testable import Inspection
@testable import Workbench

extension Samples {
  /// What an expert's answer depends on: more to the right and the lower a region lies, and of
  /// words the third; the gradient says the same of regions and the opposite of words.
  static func witnesses(of expert: String) -> Witnesses {
    let words = (0..<14).map { Float($0 == 3 ? 0.6 : 0.01 * Float($0)) }
    let regions = (0..<49).map { Float($0 % 7 + $0 / 7) / 100 }
    let strips = (0..<14).map { Float($0 % 7) / 20 }
    let gradient = InputGradient(
      worth: Worth(words: words.map { -$0 }, map: SignalMap(grid: regions)), readsStates: false)
    return Witnesses(
      expert: expert,
      occlusion: ExpertOcclusion(words: words, regions: regions, strips: strips),
      gradients: expert == "riva" ? [gradient] : [],
      lackOfGradient: expert == "riva" ? nil : "\(expert) is open for answers alone")
  }
}

extension Samples {
  /// A post of which the multimodal expert shows something else.
  static func analysis(_ index: Int, showing trace: Trace) -> PostAnalysis {
    PostAnalysis(
      post: posts[index].id, text: prediction("bilstm-crf", posts[index], [], trace: Trace()),
      multimodal: prediction("riva", posts[index], [], trace: trace), decision: decision(index),
      notices: [])
  }
}
