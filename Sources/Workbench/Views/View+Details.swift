import Corpora
import Extractors
import Screen

extension WorkbenchState {
  /// Under the tokens: who says what of each mention, the tag under the cursor, relations, notices.
  func drawDetails(_ pen: inout Pen, _ box: Box) {
    guard let post = currentPost, !box.isEmpty else { return }
    let rows = mentionRows
    // What is under the cursor must always be seen; the table gives way to it.
    let under = 1 + max(1, systems.count)
    let tableRows = max(1, min(rows.count + 1, box.rows - under - 1))
    drawMentions(&pen, Box(column: box.column, row: box.row, columns: box.columns, rows: tableRows))
    var row = tableRows + 1
    row = drawToken(&pen, box, row: row, post)
    row = drawNotices(&pen, box, row: row + 1, post)
    if box.rows - row >= 6 { drawMarginals(&pen, box, row: row + 1) }
  }

  private func drawMentions(_ pen: inout Pen, _ box: Box) {
    let widths = Self.tableWidths(box.columns, systems: 2)
    let names = [analysis?.text?.system ?? "text", analysis?.multimodal?.system ?? "multimodal"]
    pen.line(
      [
        pen.piece(pen.cell(" mention", widths.mention), .muted),
        pen.piece(pen.cell("gold", widths.gold), .gold),
        pen.piece(pen.cell(names[0], widths.answer - 1) + " ", .textExpert),
        pen.piece(pen.cell(names[1], widths.answer - 1), .multimodalExpert),
      ], in: box, row: 0)
    let all = mentionRows
    if all.isEmpty { pen.line(" none", .muted, in: box, row: 1) }
    let fits = box.rows - 1
    let at = all.firstIndex { $0.range.contains(token) } ?? 0
    let top = max(0, min(at - fits / 2, all.count - fits))
    for (i, row) in all.dropFirst(top).prefix(max(0, fits)).enumerated() {
      pen.line(mentionPieces(pen, row, widths), in: box, row: i + 1)
    }
  }

  private func mentionPieces(
    _ pen: Pen, _ row: MentionRow, _ widths: (mention: Int, gold: Int, answer: Int)
  ) -> [Pen.Piece] {
    let post = current.map { posts[$0] }
    let words = post?.tokens[row.range].map { safe($0.text) }.joined(separator: " ") ?? ""
    let here = row.range.contains(token)
    var pieces = [
      pen.piece(here ? pen.look.glyphs.pointer : " ", .title),
      pen.piece(pen.cell(words, widths.mention - 2) + " ", here ? .title : .text),
      typePiece(pen, row.gold, widths.gold),
    ]
    for (i, answer) in row.answers.enumerated() {
      let isKnown = (i == 0 ? analysis?.text : analysis?.multimodal) != nil
      guard let answer else {
        let text = isKnown ? pen.look.glyphs.horizontal : ""
        let role: Role = isKnown && row.gold != nil ? .disagreement : .muted
        let mark = isKnown && row.gold != nil ? " \(look.differs)" : ""
        pieces.append(pen.piece(text, .muted))
        pieces.append(pen.piece(mark, role))
        pieces.append(pen.piece(pen.cell("", widths.answer - text.count - mark.count)))
        continue
      }
      let type = answer.mention.type
      let differs = type != row.gold
      let text =
        "\(safe(type.rawValue)) \(Digits.short(answer.confidence))"
        + (differs ? " \(look.differs)" : "")
      pieces.append(
        Pen.Piece(
          text: pen.cell(text, widths.answer),
          style: pen.look.theme.entity(type.rawValue).without(.underline)))
    }
    return pieces
  }

  private func typePiece(_ pen: Pen, _ type: EntityType?, _ columns: Int) -> Pen.Piece {
    guard let type else { return pen.piece(pen.cell(pen.look.glyphs.horizontal, columns), .muted) }
    return Pen.Piece(
      text: pen.cell(type.rawValue, columns),
      style: pen.look.theme.entity(type.rawValue).without(.underline))
  }

  private static func tableWidths(_ columns: Int, systems: Int) -> (
    mention: Int, gold: Int, answer: Int
  ) {
    let answer = columns >= 48 ? 13 : 10
    let gold = columns >= 48 ? 7 : 5
    return (min(40, max(8, columns - gold - systems * answer)), gold, answer)
  }

  /// The tag under the cursor: gold, and each system's best and second best with probabilities.
  private func drawToken(_ pen: inout Pen, _ box: Box, row: Int, _ post: Post) -> Int {
    var row = row
    let tag = post.tag(at: token)
    let text = safe(post.tokens.indices.contains(token) ? post.tokens[token].text : "")
    pen.line(
      [
        pen.piece("token \(token) ", .muted), pen.piece(text, .title), pen.piece(" gold ", .muted),
        pen.piece(tag, .gold),
      ], in: box, row: row)
    row += 1
    let name = min(12, systems.map { safe($0.system).count + 1 }.max() ?? 0)
    for prediction in systems {
      let best = prediction.ranked(at: token).prefix(box.columns >= 60 ? 4 : 2)
      var pieces = [pen.piece(pen.cell(prediction.system, name), .muted)]
      for (i, (label, p)) in best.enumerated() {
        pieces.append(
          pen.piece(" \(safe(label)) \(Digits.short(p))", i == 0 ? .text : .muted))
      }
      pen.line(pieces, in: box, row: row)
      row += 1
    }
    if systems.isEmpty {
      pen.line(missingAnalysis, .muted, in: box, row: row)
      row += 1
    }
    return row
  }

  /// Why no system says anything.
  private var missingAnalysis: String {
    if !opened.hasModels { return "no models: start with --models DIR" }
    if let index = current, let reason = analysisFailures[index] { return safe(reason) }
    return "the models are reading …"
  }

  private func drawNotices(_ pen: inout Pen, _ box: Box, row: Int, _ post: Post) -> Int {
    var row = row
    for relation in post.relations.prefix(4) {
      let words =
        "\(safe(post.quote(relation.head))) \(pen.look.glyphs.arrow) "
        + "\(safe(post.quote(relation.tail)))  \(safe(relation.label))"
      row = pen.wrap(words, .text, in: box, row: row)
    }
    for sentence in post.irregularities.prefix(3) + (analysis?.notices ?? []).prefix(3) {
      row = pen.wrap(sentence, .warning, in: box, row: row)
    }
    return row
  }
}

extension Prediction {
  /// Labels at a token with their probability, likeliest first; empty outside the prediction.
  func ranked(at token: Int) -> [(String, Float)] {
    guard marginals.indices.contains(token) else { return [] }
    return zip(labels, marginals[token]).sorted { $0.1 > $1.1 }
  }
}

extension Post {
  /// The tag of a token as BIO spells the mentions.
  func tag(at token: Int) -> String {
    guard let mention = mentions.first(where: { $0.range.contains(token) }) else { return "O" }
    return (mention.range.lowerBound == token ? "B-" : "I-") + mention.type.rawValue
  }

  /// Sentences on tags of the file that no tagger could have meant: an `I-` that continues nothing.
  var irregularities: [String] {
    var sentences: [String] = []
    var before = "O"
    for (i, token) in tokens.enumerated() {
      let tag = token.originalTag ?? "O"
      if tag.hasPrefix("I-"), before.dropFirst(2) != tag.dropFirst(2) || before == "O" {
        sentences.append("the file has \(tag) at token \(i) after \(before)")
      }
      before = tag
    }
    return sentences
  }
}
