/// Reads the text of a `Pattern` and makes its program.
struct PatternParser {
  /// A pattern as a tree.
  private indirect enum Node {
    case empty
    case test(Pattern.Test)
    case place(Pattern.Place)
    case sequence([Node])
    case choice([Node])
    case repeated(Node, least: Int, most: Int?, lazy: Bool)
  }

  private let text: [Character]
  private var at = 0
  private var folds = false
  private var depth = 0
  private var steps: [Pattern.Step] = []

  private static let deepest = 50

  init(_ source: String) { text = Array(source) }

  mutating func program() throws(Pattern.Failure) -> [Pattern.Step] {
    guard text.count <= 2 * Pattern.mostSteps else { throw .tooLarge }
    let node = try choice()
    if at < text.count { throw .unopened }
    try emit(node)
    try emit(.match)
    return steps
  }

  // MARK: Reading

  private var next: Character? { at < text.count ? text[at] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    at += 1
    return true
  }

  private mutating func choice() throws(Pattern.Failure) -> Node {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(Pattern.Failure) -> Node {
    var parts: [Node] = []
    while let character = next, character != "|", character != ")" {
      let node = try atom()
      parts.append(try repeated(node))
    }
    return parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repeated(_ node: Node) throws(Pattern.Failure) -> Node {
    guard let sign = next else { return node }
    var (least, most): (Int, Int?) = (0, nil)
    switch sign {
    case "*": at += 1
    case "+":
      at += 1
      least = 1
    case "?":
      at += 1
      most = 1
    case "{":
      at += 1
      (least, most) = try count()
    default: return node
    }
    let lazy = take("?")
    if next == "+" { throw .notLinear("a possessive repetition, \(sign)+,") }
    // One repetition in another needs a group, so that no pattern is deep.
    if let next, "*+?{".contains(next) { throw .nothingToRepeat(next) }
    return .repeated(node, least: least, most: most, lazy: lazy)
  }

  private mutating func count() throws(Pattern.Failure) -> (Int, Int?) {
    guard let close = text[at...].firstIndex(of: "}") else { throw .unclosed("{") }
    let inside = String(text[at..<close])
    at = close + 1
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let least = Int(parts[0]), least >= 0 else {
      throw .badCount(inside)
    }
    guard parts.count == 2 else { return (least, least) }
    if parts[1].isEmpty { return (least, nil) }
    guard let most = Int(parts[1]), most >= least else { throw .badCount(inside) }
    return (least, most)
  }

  private mutating func atom() throws(Pattern.Failure) -> Node {
    let sign = text[at]
    at += 1
    switch sign {
    case "(": return try group()
    case "[": return .test(try folded(set()))
    case ".": return .test(.any)
    case "^": return .place(.start)
    case "$": return .place(.end)
    case "*", "+", "?", "{": throw .nothingToRepeat(sign)
    case "\\": return try escape()
    default: return .test(folded(.character(sign)))
    }
  }

  private func folded(_ test: Pattern.Test) -> Pattern.Test { folds ? .folded(test) : test }

  private mutating func group() throws(Pattern.Failure) -> Node {
    depth += 1
    guard depth <= Self.deepest else { throw .tooLarge }
    defer { depth -= 1 }
    let outer = folds
    if take("?") {
      if take("i") {
        folds = true
        // Without a colon it holds to the end of the group around it.
        if take(")") { return .empty }
        guard take(":") else { throw .badEscape("(?i") }
      } else if take("<") || take("P") {
        _ = take("<")
        if next == "=" || next == "!" { throw .notLinear("looking around, (?<\(text[at]),") }
        guard let close = text[at...].firstIndex(of: ">") else { throw .unclosed("<") }
        at = close + 1
      } else if next == "=" || next == "!" {
        throw .notLinear("looking around, (?\(text[at]),")
      } else if !take(":") {
        throw .badEscape("(?\(next.map(String.init) ?? "")")
      }
    }
    let node = try choice()
    folds = outer
    guard take(")") else { throw .unclosed("(") }
    return node
  }

  private mutating func escape() throws(Pattern.Failure) -> Node {
    if take("b") { return .place(.boundary) }
    if take("B") { return .place(.noBoundary) }
    if take("A") { return .place(.start) }
    if take("z") || take("Z") { return .place(.end) }
    return .test(folded(try escapedTest()))
  }

  private mutating func escapedTest() throws(Pattern.Failure) -> Pattern.Test {
    guard let sign = next else { throw .badEscape("a \\ at the end") }
    at += 1
    switch sign {
    case "w": return .word
    case "W": return .not(.word)
    case "d": return .digit
    case "D": return .not(.digit)
    case "s": return .space
    case "S": return .not(.space)
    case "t": return .character("\t")
    case "n": return .character("\n")
    case "r": return .character("\r")
    case "p", "P":
      let name = try braced(after: sign)
      let isKnown =
        (1...2).contains(name.count) && "LMNPSZC".contains(name.prefix(1))
        && name.allSatisfy { $0.isASCII && $0.isLetter }
      guard isKnown else { throw .badEscape("\\\(sign){\(name)}") }
      return sign == "p" ? .category(name) : .not(.category(name))
    case "u", "x":
      let digits = try braced(after: sign)
      guard let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else {
        throw .badEscape("\\\(sign){\(digits)}")
      }
      return .character(Character(scalar))
    case "1"..."9": throw .notLinear("a back-reference, \\\(sign),")
    default:
      if sign.isASCII, sign.isLetter || sign.isNumber { throw .badEscape("\\\(sign)") }
      return .character(sign)
    }
  }

  private mutating func braced(after sign: Character) throws(Pattern.Failure) -> String {
    guard take("{"), let close = text[at...].firstIndex(of: "}") else {
      throw .badEscape("\\\(sign) without braces")
    }
    defer { at = close + 1 }
    return String(text[at..<close])
  }

  private mutating func set() throws(Pattern.Failure) -> Pattern.Test {
    let isNegated = take("^")
    var tests: [Pattern.Test] = []
    // A bracket in the first place means itself.
    if take("]") { tests.append(.character("]")) }
    while !take("]") {
      guard let sign = next else { throw .unclosed("[") }
      at += 1
      let first = sign == "\\" ? try escapedTest() : .character(sign)
      guard case .character(let low) = first, next == "-", at + 1 < text.count,
        text[at + 1] != "]"
      else {
        tests.append(first)
        continue
      }
      at += 1
      let end = text[at]
      at += 1
      let last = end == "\\" ? try escapedTest() : .character(end)
      guard case .character(let high) = last, low.unicodeScalars.count == 1,
        high.unicodeScalars.count == 1, let from = low.unicodeScalars.first?.value,
        let to = high.unicodeScalars.first?.value, from <= to
      else { throw .badRange("\(low)-\(end)") }
      tests.append(.range(from...to))
    }
    return isNegated ? .not(.oneOf(tests)) : .oneOf(tests)
  }

  // MARK: Making steps

  private mutating func emit(_ step: Pattern.Step) throws(Pattern.Failure) {
    guard steps.count < Pattern.mostSteps else { throw .tooLarge }
    steps.append(step)
  }

  private mutating func emit(_ node: Node) throws(Pattern.Failure) {
    switch node {
    case .empty: break
    case .test(let test): try emit(.take(test))
    case .place(let place): try emit(.at(place))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .choice(let branches):
      var ends: [Int] = []
      for (i, branch) in branches.enumerated() {
        let isLast = i == branches.count - 1
        let fork = steps.count
        if !isLast { try emit(.jump(0)) }
        try emit(branch)
        guard !isLast else { continue }
        ends.append(steps.count)
        try emit(.jump(0))
        steps[fork] = .fork(fork + 1, steps.count)
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repeated(let node, let least, let most, let lazy):
      // An empty node would repeat without adding a step, as often as the count says.
      guard least <= Pattern.mostSteps, most ?? 0 <= Pattern.mostSteps else { throw .tooLarge }
      for _ in 0..<least { try emit(node) }
      guard let most else { return try loop(node, lazy) }
      var forks: [Int] = []
      for _ in least..<most {
        forks.append(steps.count)
        try emit(.jump(0))
        try emit(node)
      }
      for fork in forks { steps[fork] = Self.fork(fork + 1, steps.count, lazy) }
    }
  }

  private mutating func loop(_ node: Node, _ lazy: Bool) throws(Pattern.Failure) {
    let fork = steps.count
    try emit(.jump(0))
    try emit(node)
    try emit(.jump(fork))
    steps[fork] = Self.fork(fork + 1, steps.count, lazy)
  }

  private static func fork(_ inside: Int, _ after: Int, _ lazy: Bool) -> Pattern.Step {
    lazy ? .fork(after, inside) : .fork(inside, after)
  }
}
