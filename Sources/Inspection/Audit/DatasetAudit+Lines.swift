import Corpora

extension DatasetAudit {
  /// What reading the files already noticed, gathered by file and kind.
  static func lineFindings(of dataset: Dataset) -> [AuditFinding] {
    var groups: [AuditFinding.Kind: [String: [Finding]]] = [:]
    for finding in dataset.findings {
      guard let kind = kind(of: finding) else { continue }
      groups[kind, default: [:]][finding.location.file, default: []].append(finding)
    }
    return groups.flatMap { kind, files in
      files.map { gathered(kind, file: $0, $1) }
    }
    .sorted { ($0.file, $0.kind.rawValue) < ($1.file, $1.kind.rawValue) }
  }

  private static func kind(of finding: Finding) -> AuditFinding.Kind? {
    switch finding.problem {
    case .tag(_, .orphan): .orphanTag
    case .tag: .foreignTag
    // Empty words are found among the tokens.
    case .emptyWord: nil
    case _ where finding.isPassedOver: .passedOverFile
    default: .malformedLine
    }
  }

  private static func gathered(
    _ kind: AuditFinding.Kind, file: String, _ found: [Finding]
  ) -> AuditFinding {
    // The reader lists ten thousand a file and counts the rest.
    let count = found.reduce(0) { sum, finding in
      if case .more(let rest) = finding.problem { sum + rest } else { sum + 1 }
    }
    let examples = found.map { finding in
      switch finding.problem {
      case .tag(let tag, _): "\(finding.location): \(tag)"
      default: "\(finding)"
      }
    }
    let first = found.first.map(\.location.line) ?? 0
    let (message, remedy): (String, String) =
      switch kind {
      case .orphanTag:
        (
          "\(counted(count, "I- tag")) that continue\(count == 1 ? "s" : "") no mention of the same "
            + "type",
          "Say with every score how they are read: leniently they begin mentions, strictly "
            + "(--strict) they are outside. Or write B-."
        )
      case .foreignTag:
        (
          "\(counted(count, "tag")) that the file's tagging scheme does not have",
          "Write the tags as the rest of the file has them: O, B-TYPE or I-TYPE in BIO."
        )
      case .passedOverFile:
        (
          "this file was passed over",
          "Bring it into a format of docs/formats.md if it belongs to the dataset; else move it."
        )
      default:
        (
          "\(counted(count, "line")) that \(count == 1 ? "is" : "are") not as the format wants them",
          "Correct the lines; what stands beside each says whether it is left out or how it is read."
        )
      }
    return AuditFinding(
      kind, kind == .orphanTag ? .notice : .warning, file: file, line: first > 0 ? first : nil,
      message, remedy: remedy, count: count, examples: examples)
  }

  /// Words that a reader does not see: empty, blank, or of joiners and selectors only.
  static func emptyTokens(of dataset: Dataset) -> [AuditFinding] {
    dataset.files.compactMap { file in
      var places: [(line: Int, text: String)] = []
      for post in dataset.posts[file.posts] {
        for (i, token) in post.tokens.enumerated() where token.showsNothing {
          let line = file.wordOffset.map { post.source.line + $0 + i } ?? post.source.line
          let codes = token.text.unicodeScalars.prefix(4).map {
            let digits = String($0.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
          }
          let what = codes.isEmpty ? "nothing" : codes.joined(separator: " ")
          places.append((line, "\(file.name):\(line): post \(post.id), word \(i + 1) is \(what)"))
        }
      }
      guard let first = places.first else { return nil }
      let verb = places.count == 1 ? "shows" : "show"
      return AuditFinding(
        .emptyToken, .warning, file: file.name, line: first.line,
        "\(counted(places.count, "word")) that \(verb) nothing: blanks, joiners or selectors",
        remedy: "Tokenizers drop them and then count differently; keep their places, and encode "
          + "them as unknown words.", count: places.count,
        examples: places.map(\.text))
    }
  }
}

extension Token {
  fileprivate var showsNothing: Bool {
    text.unicodeScalars.allSatisfy {
      $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
    }
  }
}
