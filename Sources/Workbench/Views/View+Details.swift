import Corpora
import Extractors
import Screen

extension WorkbenchState {
  /// Under the tokens: who says what of each mention and pair, the tag under the cursor, notices.
  func drawDetails(_ pen: inout Pen, _ box: Box) {
    guard let post = currentPost, !box.isEmpty else { return }
    pen.cut = 0
    defer { pen.markCut(in: box) }
    if let layer = layers.taking(.details) { return layer.draw(self, &pen, box) }
    drawNote(&pen, box)
    let box = detailsBelowNote(box)
    var row = drawTables(&pen, box) + 1
    row = drawToken(&pen, box, row: row, post)
    row = drawNotices(&pen, box, row: row + 1, post)
    row = drawOtherSignals(&pen, box, row: row)
    if box.rows - row >= 6 { drawMarginals(&pen, box, row: row + 1) }
  }

  /// The tag under the cursor: gold, and each system's best and second best with probabilities.
  private func drawToken(_ pen: inout Pen, _ box: Box, row: Int, _ post: Post) -> Int {
    var row = row
    let tag = post.tag(at: token)
    let text = safe(post.tokens.indices.contains(token) ? post.tokens[token].text : "")
    var pieces = [pen.piece("token \(token) ", .muted)]
    // A dataset of pairs has no tags; `O` everywhere would say what nobody said.
    if pairs.isEmpty || !post.mentions.isEmpty {
      pieces += [
        pen.piece("\(labelTitle) ", .muted),
        hidesForQuiz ? pen.piece("hidden  ", .muted) : pen.piece("\(tag)  ", .gold),
      ]
    }
    // The word last: it stands in the text, and may be long.
    pieces.append(pen.piece(text, .title))
    pen.line(pieces, in: box, row: row)
    row += 1
    // As much of a name as leaves room for two answers.
    let wanted = systems.map { TextWidth.columns(of: safe($0.expert)) + 1 }.max() ?? 0
    let name = min(wanted, max(12, box.columns - Self.twoAnswers))
    for prediction in systems {
      let best = prediction.ranked(at: token).prefix(box.columns >= 60 ? 4 : 2)
      // One from outside may give no probabilities.
      guard !best.isEmpty || prediction.isUnread(token) else { continue }
      var pieces = [pen.piece(pen.cell(prediction.expert, name), .muted)]
      var room = box.columns - name
      for (i, (label, p)) in best.enumerated() {
        let words = " \(safe(label)) \(Digits.short(p))"
        room -= TextWidth.columns(of: words)
        // Half an answer says nothing.
        guard i == 0 || room >= 0 else { break }
        pieces.append(pen.piece(words, i == 0 ? .text : .muted))
      }
      if prediction.isUnread(token) { pieces.append(pen.piece(" not read", .muted)) }
      pen.line(pieces, in: box, row: row)
      row += 1
    }
    if systems.isEmpty, opened.hasModels {
      row = pen.wrap(missingAnalysis, .muted, in: box, row: row)
    }
    return row
  }

  /// Columns of ` B-MISC .79 B-MISC .21`.
  private static let twoAnswers = 22

  /// Why no system says anything.
  var missingAnalysis: String {
    if !showsModels {
      return "\(hidesForQuiz ? ":reveal" : keymap.label("panels")) shows what the models say"
    }
    if let reason = analysisFailure { return safe(reason) }
    if analysis != nil { return "no model answered for mentions" }
    return "the models are reading …"
  }

  /// What somebody wrote about the post comes first; a long note shows its beginning.
  private func drawNote(_ pen: inout Pen, _ box: Box) {
    let lines = noteLines(box)
    let most = Self.noteRows(box)
    for (row, line) in lines.prefix(most).enumerated() {
      let isCut = row == most - 1 && lines.count > most
      pen.line(line + (isCut ? pen.look.glyphs.ellipsis : ""), .suggested, in: box, row: row)
    }
  }

  /// Most rows of a note among the details: the labels matter more.
  private static func noteRows(_ box: Box) -> Int { max(2, min(6, box.rows / 3)) }

  private func noteLines(_ box: Box) -> [String] {
    guard let note = currentRemarks.note, box.columns > 1 else { return [] }
    return Wrapping.lines("note: \(safe(note))", columns: box.columns - 1)
  }

  /// The details without the rows of a note.
  func detailsBelowNote(_ box: Box) -> Box {
    let used = min(box.rows, min(Self.noteRows(box), noteLines(box).count))
    return Box(
      column: box.column, row: box.row + used, columns: box.columns, rows: box.rows - used)
  }

  private func drawNotices(_ pen: inout Pen, _ box: Box, row: Int, _ post: Post) -> Int {
    noticesOfPost(post).reduce(row) { pen.wrap($1, .warning, in: box, row: $0) }
  }

  /// What is wrong with a post's lines, tags and picture, the first of each.
  func noticesOfPost(_ post: Post) -> [String] {
    (opened.findings[post.id] ?? []).prefix(3).map { safe($0) } + irregularTags(post)
      + (analysis?.notices ?? []).prefix(3)
  }
}

extension WorkbenchState {
  /// Sentences on the first tags of the file that its scheme does not allow where they stand; they
  /// are kept as they are until an edit covers them.
  private func irregularTags(_ post: Post) -> [String] {
    post.irregularities(reading: opened.reading).prefix(3).map { irregularity, tag in
      switch irregularity.kind {
      case .orphan: "in the file, \(tag) at token \(irregularity.token) continues nothing"
      case .unended: "in the file, nothing ends the mention at token \(irregularity.token), \(tag)"
      case .unknownPrefix, .unreadable:
        "in the file, \"\(tag)\" at token \(irregularity.token) is no tag"
      }
    }
  }
}

extension Prediction {
  /// Labels at a token with their probability, likeliest first; empty outside the prediction, and
  /// for a word that was not read.
  func ranked(at token: Int) -> [(String, Float)] {
    guard marginals.indices.contains(token), !isUnread(token) else { return [] }
    return zip(labels, marginals[token]).sorted { $0.1 > $1.1 }
  }
}

extension Post {
  /// The tag of a token as BIO spells the mentions.
  func tag(at token: Int) -> String {
    guard let mention = mentions.first(where: { $0.range.contains(token) }) else { return "O" }
    return (mention.range.lowerBound == token ? "B-" : "I-") + mention.type.rawValue
  }
}
