import Annotations
import Corpora
import Extractors
import Inspection
import Routing
import Screen
import Tensors
import TestSupport

@testable import Traces
@testable import Workbench

/// Four realistic posts, and what two experts and a router say of them.
enum Samples {
  static let posts: [Post] = [
    post(
      "hb_0001", "RT @harbourlife : Anna Berg takes St Mary out past the old pier tonight",
      [(3..<5, .person), (6..<8, .miscellaneous)], image: "hb_0001",
      attributes: ["imageAdds": "true", "textInImage": "true"],
      relations: [
        RelationMention(head: 3..<5, tail: 6..<8, label: "/per/misc/present_in")
      ]),
    post(
      "hb_0002", "Morgan barked all night on Fisher Row 😂 poor neighbours",
      [(0..<1, .miscellaneous), (5..<7, .location)], image: "hb_0002"),
    post(
      "hb_0003",
      "Great win for Grayport Rovers against North Quay at the Lantern Ground , see you all on Sunday with Coach Ida Holm !",
      [(3..<5, .organization), (6..<8, .location), (10..<12, .location), (20..<22, .person)],
      image: nil, split: .dev),
    post("hb_0004", "no names in this one , just rain", [], image: "hb_0004", split: .test),
    post(
      "hb_0005", "evil\u{1B}[31mred \u{202E}rtl\u{202C} 👨‍👩‍👧 作 e\u{301} \u{7}bell",
      [(1..<2, .organization)], image: "hb_0005", split: .test),
  ]

  static func post(
    _ id: String, _ text: String, _ mentions: [(Range<Int>, EntityType)], image: String?,
    split: Split = .train, attributes: [String: String] = [:], relations: [RelationMention] = []
  ) -> Post {
    Post(
      id: id, tokens: text.split(separator: " ").map { Token(String($0)) }, imageID: image,
      mentions: mentions.map { EntityMention($0, $1) }, relations: relations, split: split,
      attributes: attributes, source: SourceLocation(file: "train.txt", line: 1))
  }

  /// One post whose file has an orphan run, a foreign prefix and something that is no tag.
  static func irregular(_ reading: BIO.Reading) -> WorkbenchState {
    let tags = ["I-PER", "I-PER", "O", "S-LOC", "?"]
    let tokens = zip(["Ada", "Lund", "left", "Tarn", "."], tags).map { Token($0, originalTag: $1) }
    let post = Post(
      id: "odd", tokens: tokens, imageID: nil,
      mentions: BIO.mentions(of: tags, reading: reading).mentions, split: .train,
      source: SourceLocation(file: "train.txt", line: 1))
    return WorkbenchState(
      opened: .init(
        dataset: "odd", store: "", reading: reading, hasModels: false, hasRouter: false,
        clock: { 0 }),
      posts: [post], size: Size(columns: 80, rows: 24))
  }

  static let labels = [
    "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC", "I-MISC",
  ]

  /// An answer with the given mentions; marginals are made to fit them.
  static func prediction(
    _ system: String, _ post: Post, _ mentions: [(Range<Int>, EntityType, Float)], trace: Trace
  ) -> Prediction {
    var path = [Int](repeating: 0, count: post.tokens.count)
    var marginals = post.tokens.indices.map { index -> [Float] in
      labels.indices.map { $0 == 0 ? 0.93 : Float(($0 * 7 + index * 3) % 5) * 0.004375 }
    }
    for (range, type, confidence) in mentions {
      for token in range {
        let tag = (token == range.lowerBound ? "B-" : "I-") + type.rawValue
        guard let label = labels.firstIndex(of: tag) else { continue }
        path[token] = label
        var row = [Float](repeating: (1 - confidence) / 16, count: labels.count)
        row[0] = (1 - confidence) / 2
        row[label] = confidence
        marginals[token] = row
      }
    }
    return Prediction(
      expert: system,
      mentions: mentions.map { ScoredMention(EntityMention($0, $1), confidence: $2) },
      labels: labels, marginals: marginals, path: path, trace: trace)
  }

  /// Eight heads over 7×7, each looking at another place.
  static func attention() -> Signal {
    var values: [Float] = []
    for head in 0..<8 {
      var map = (0..<49).map { cell -> Float in
        let dy = Float(cell / 7 - head % 4 - 1)
        let dx = Float(cell % 7 - head / 2 - 1)
        return 1 / (1 + dx * dx + dy * dy)
      }
      let sum = map.reduce(0, +)
      map = map.map { $0 / sum }
      values += map
    }
    return Signal(
      name: "vcn/attention", caption: "attention of the text over the picture",
      kind: .imageMap(rows: 7, columns: 7, region: .whole), steps: [.head(8)],
      tensor: Tensor([8, 7, 7], values))
  }

  /// One value per word: what the answer loses without it.
  static func occlusion(_ post: Post) -> Signal {
    let values = post.tokens.indices.map { Float(($0 * 5 + 2) % 9) / 9 }
    return Signal(
      name: "occlusion/words", caption: "loss without the word", kind: .words,
      tensor: Tensor([values.count], values))
  }

  static func scalar(_ name: String, _ caption: String, _ value: Float, threshold: Float? = 0.5)
    -> Signal
  {
    Signal(
      name: name, caption: caption,
      kind: .scalar(low: 0, high: 1, threshold: threshold, percentile: 0.72),
      tensor: Tensor(scalar: value))
  }

  static func analysis(_ index: Int) -> PostAnalysis {
    let post = posts[index]
    var trace = Trace()
    var gate = scalar("rgn/gate", "relation gate s^G", 0.83)
    gate.isTap = true
    trace.append(gate)
    trace.append(attention())
    trace.append(occlusion(post))
    trace.append(
      Signal(
        name: "rgn/classes", caption: "picture relation",
        kind: .distribution(labels: ["image adds", "image does not add"]),
        tensor: Tensor([2], [0.83, 0.17])))
    var textual = Trace()
    textual.append(scalar("lm/fluency", "share of known words", 0.61, threshold: nil))
    let text: [(Range<Int>, EntityType, Float)]
    let both: [(Range<Int>, EntityType, Float)]
    switch index {
    case 0:
      text = [(3..<5, .person, 0.97), (6..<8, .location, 0.58)]
      both = [(3..<5, .person, 0.98), (6..<8, .miscellaneous, 0.81)]
    case 1:
      text = [(0..<1, .person, 0.88), (5..<7, .location, 0.76)]
      both = [(0..<1, .miscellaneous, 0.64), (5..<7, .location, 0.79)]
    case 2:
      text = [(3..<5, .organization, 0.91), (6..<8, .location, 0.66), (19..<22, .person, 0.71)]
      both = [(3..<5, .organization, 0.93), (6..<8, .organization, 0.52), (20..<22, .person, 0.6)]
    default:
      text = []
      both = []
    }
    return PostAnalysis(
      post: post.id, text: prediction("bilstm-crf", post, text, trace: textual),
      multimodal: prediction("riva", post, both, trace: trace), decision: decision(index),
      notices: post.imageID == nil ? ["this post names no picture; riva read a grey one"] : [])
  }

  static func decision(_ index: Int) -> RouteDecision {
    let p: [Float] = [0.731, 0.554, 0.312, 0.448, 0.497]
    return RouteDecision(
      probability: p[index % 5], percentile: [0.91, 0.63, 0.08, 0.33, 0.49][index % 5],
      cosine: [0.284, 0.251, 0.133, 0.19, 0.2][index % 5])
  }

  static let decisions = Dictionary(
    uniqueKeysWithValues: posts.indices.map { (posts[$0].id, decision($0)) })

  static func state(
    _ columns: Int = 80, _ rows: Int = 24, hasModels: Bool = true, keymap: Keymap? = nil
  ) -> WorkbenchState {
    WorkbenchState(
      opened: .init(
        dataset: "harbor", store: "harbor/.twinlens/annotations.sqlite",
        relations: ["/per/per/peer", "/per/misc/present_in"], hasModels: hasModels,
        hasRouter: hasModels, annotator: "ada", clock: { 0 }),
      posts: posts, size: Size(columns: columns, rows: rows), keymap: keymap)
  }

  /// A picture as half blocks would be: letters here, so that golden files show where it is.
  static func cells(_ box: Size) -> RenderedPicture {
    .cells(
      (0..<(box.columns * box.rows)).map {
        Cell(["~", "=", "o", "."][($0 + $0 / box.columns) % 4])
      },
      columns: box.columns, rows: box.rows)
  }
}
