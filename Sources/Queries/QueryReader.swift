import Settings

extension Query {
  /// Reads a search line.
  ///
  /// Terms hold together; `or` joins what stands on both of its sides, parentheses hold together
  /// what stands in them, `not` or a `-` in front means the opposite. Text in quotes may hold
  /// blanks and colons; text in slashes is a regular expression. What cannot be syntax where it
  /// stands is text: `or` without another side, `)` that closes nothing, `@name` where no query of
  /// that name was saved.
  /// - Parameter saved: saved queries by name, for `@name`.
  package static func parse(
    _ line: String, saved: [String: String] = [:]
  ) throws(QueryError) -> Query {
    var reader = QueryReader(line, saved: saved)
    return try reader.query()
  }
}

/// Takes a search line apart.
struct QueryReader {
  private let text: [Character]
  private let saved: [String: String]
  private var at = 0
  /// How many parentheses are open.
  private var depth = 0
  /// How many terms lie around the one that is read: parentheses and nots.
  private var levels = 0
  private var terms = 0
  private var orders: [Query.Order] = []
  /// Orders of the saved queries that are referred to, which count after the line's own.
  private var laterOrders: [Query.Order] = []
  private var handles: [String] = []

  /// Bounds for lines from anywhere: each level is a call of its own.
  static let mostDepth = 40
  static let mostTerms = 1_000

  init(_ line: String, saved: [String: String]) {
    text = Array(line)
    self.saved = saved
  }

  mutating func query() throws(QueryError) -> Query {
    var query = Query()
    // Nothing but the end of the line ends it where no parenthesis is open.
    query.root = try alternatives() ?? .all([])
    query.orders = orders + laterOrders
    query.handles = handles
    return query
  }

  /// What `or` joins; nil where nothing is asked for. A field without a value asks for nothing yet,
  /// and neither does an alternative of such fields.
  private mutating func alternatives() throws(QueryError) -> Query.Node? {
    var nodes: [Query.Node] = []
    repeat {
      if let node = try conjunction() { nodes.append(node) }
    } while take("or")
    return nodes.count > 1 ? .any(nodes) : nodes.first
  }

  /// What holds together.
  private mutating func conjunction() throws(QueryError) -> Query.Node? {
    var nodes: [Query.Node] = []
    var isFirst = true
    while skipBlanks(), !isOperator("or", isFirst: isFirst) {
      if isOperator("and", isFirst: isFirst) {
        at += 3
        continue
      }
      if let node = try term() { nodes.append(node) }
      isFirst = false
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? nil : .all(nodes)
  }

  /// Passes blanks; false at the end of the line or of the parentheses.
  private mutating func skipBlanks() -> Bool {
    while at < text.count, text[at].isWhitespace { at += 1 }
    return at < text.count && !(depth > 0 && text[at] == ")")
  }

  /// Whether a word stands here that joins what is before and behind it.
  private func isOperator(_ word: String, isFirst: Bool) -> Bool {
    guard !isFirst, let end = end(ofWord: word) else { return false }
    let next = text[end...].firstIndex { !$0.isWhitespace }
    return next.map { !(depth > 0 && text[$0] == ")") } ?? false
  }

  /// Where a word ends that stands here, whatever the case; nil where another does.
  private func end(ofWord word: String) -> Int? {
    let end = at + word.count
    guard end <= text.count, String(text[at..<end]).lowercased() == word else { return nil }
    return end == text.count || text[end].isWhitespace || text[end] == "(" ? end : nil
  }

  private mutating func take(_ word: String) -> Bool {
    guard skipBlanks(), let end = end(ofWord: word) else { return false }
    at = end
    return true
  }

  // MARK: Terms

  /// A term, its opposite, or terms in parentheses; nil where nothing is asked for.
  private mutating func term() throws(QueryError) -> Query.Node? {
    let start = at
    terms += 1
    guard terms <= Self.mostTerms else { throw error(.tooLong, start) }
    levels += 1
    defer { levels -= 1 }
    guard levels <= Self.mostDepth else { throw error(.tooDeep, start) }
    if let end = end(ofWord: "not"), hasOperand(end) {
      at = end
      _ = skipBlanks()
      return try term().map(Query.Node.not)
    }
    if text[at] == "-", at + 1 < text.count, !text[at + 1].isWhitespace,
      !(depth > 0 && text[at + 1] == ")")
    {
      at += 1
      levels += 1
      defer { levels -= 1 }
      return try plain().map(Query.Node.not)
    }
    return try plain()
  }

  private func hasOperand(_ end: Int) -> Bool {
    let next = text[end...].firstIndex { !$0.isWhitespace }
    return next.map { !(depth > 0 && text[$0] == ")") } ?? false
  }

  private mutating func plain() throws(QueryError) -> Query.Node? {
    if opensGroup { return try group() }
    if let node = try reference() { return node }
    return try condition().map(Query.Node.condition)
  }

  /// A parenthesis before anything but another sign: `(:` and `(8` are told apart.
  private var opensGroup: Bool {
    guard text[at] == "(", at + 1 < text.count else { return false }
    let next = text[at + 1]
    return next.isWhitespace || next.isLetter || next.isNumber || "\"/-(@#".contains(next)
  }

  /// Terms in parentheses; those that are never closed end with the line.
  private mutating func group() throws(QueryError) -> Query.Node? {
    at += 1
    depth += 1
    defer { depth -= 1 }
    let node = try alternatives()
    if at < text.count { at += 1 }
    return node
  }

  /// A saved query by its name; nil where there is none of that name.
  private mutating func reference() throws(QueryError) -> Query.Node? {
    guard text[at] == "@" else { return nil }
    let start = at
    let name = String(text[(at + 1)...].prefix { SavedQuery.isNameCharacter($0) })
    let end = at + 1 + name.count
    let isWhole =
      end == text.count || text[end].isWhitespace || depth > 0 && text[end] == ")"
    guard !name.isEmpty, isWhole else { return nil }
    guard let line = saved[name] else {
      handles.append(name)
      return nil
    }
    at = end
    do throws(QueryError) {
      // Names in it are text: no query can lead back to itself.
      var reader = QueryReader(line, saved: [:])
      reader.terms = terms
      let query = try reader.query()
      terms = reader.terms
      laterOrders += query.orders
      return query.root
    } catch { throw self.error(.saved(name, error.problem), start) }
  }

  private mutating func condition() throws(QueryError) -> Query.Condition? {
    let start = at
    if text[at] == "\"" {
      let phrase = quoted()
      return phrase.isEmpty ? nil : .text(phrase.lowercased())
    }
    if text[at] == "/", let pattern = slashed() {
      do throws(Pattern.Failure) { return .pattern(try Pattern(pattern)) } catch {
        throw self.error(.notARegex(pattern, error), start)
      }
    }
    if let name = fieldName() { return try field(name, start) }
    let word = word()
    if let flag = QueryField.flags[word.lowercased()] { return flag }
    return .text(word.lowercased())
  }

  private mutating func field(_ name: String, _ start: Int) throws(QueryError) -> Query.Condition? {
    let valueStart = at
    let value = text.indices.contains(at) && text[at] == "\"" ? quoted() : word()
    guard let field = QueryField.named(name) else {
      throw QueryError(
        problem: .unknownField(
          name, nearest: NearestName.find(name, among: QueryField.allNames)),
        place: start..<valueStart)
    }
    guard !value.isEmpty else { return nil }
    do throws(QueryError.Problem) {
      switch try field.read(value) {
      case .condition(let condition): return condition
      case .order(let order):
        guard levels == 1 else { throw .orderInside }
        orders.append(order)
        return nil
      }
    } catch { throw self.error(error, error == .orderInside ? start : valueStart) }
  }

  private func error(_ problem: QueryError.Problem, _ start: Int) -> QueryError {
    QueryError(problem: problem, place: start..<max(start + 1, at))
  }

  // MARK: Words

  /// What stands up to the next blank, or to the parenthesis that closes what the word stands in.
  private mutating func word() -> String {
    let start = at
    var opened = 0
    while at < text.count, !text[at].isWhitespace {
      // `mention:PER:"Donald Trump"`: quotes behind a colon hold blanks.
      if text[at] == "\"", at > start, text[at - 1] == ":" {
        let before = String(text[start..<at])
        return before + quoted()
      }
      if text[at] == "(" { opened += 1 }
      if text[at] == ")" {
        if depth > 0, opened == 0 { break }
        opened = max(0, opened - 1)
      }
      at += 1
    }
    return String(text[start..<at])
  }

  /// What stands between quotes; a quote that is never closed ends with the line.
  private mutating func quoted() -> String {
    let start = at + 1
    let close = text[start...].firstIndex(of: "\"") ?? text.count
    at = min(close + 1, text.count)
    return String(text[start..<close])
  }

  /// What stands between slashes, of which the second ends a word; `\/` is a slash inside.
  private mutating func slashed() -> String? {
    var end = at + 1
    while end < text.count {
      if text[end] == "\\" {
        end += 2
        continue
      }
      if text[end] == "/", end > at + 1 {
        let isEnd =
          end + 1 == text.count || text[end + 1].isWhitespace
          || depth > 0 && text[end + 1] == ")"
        if isEnd {
          defer { at = end + 1 }
          return String(text[(at + 1)..<end])
        }
      }
      end += 1
    }
    return nil
  }

  /// Letters with a colon behind them, which is passed; an address such as `https://` is text.
  private mutating func fieldName() -> String? {
    guard let colon = text[at...].firstIndex(where: { !($0.isASCII && $0.isLetter) }),
      colon > at, text[colon] == ":", !text[(colon + 1)...].starts(with: "//")
    else { return nil }
    defer { at = colon + 1 }
    return String(text[at..<colon]).lowercased()
  }
}
