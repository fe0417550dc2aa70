extension DataFormat {
  /// `IMGID:` blocks of word, tab, tag.
  package static let mner = columns(
    name: "mner", title: "MNER text", headers: true,
    write: { try MNERText.bytes(of: $0, $1) })

  /// A word and its tag on each line, a blank line between posts, as in CoNLL-2003.
  package static let conll = columns(
    name: "conll2003", otherNames: ["conll"], title: "CoNLL columns", headers: false,
    write: { try MNERText.bytes(of: $0, $1, headers: false) })

  private static func columns(
    name: String, otherNames: [String] = [], title: String, headers: Bool,
    write: @escaping @Sendable ([Post], WritingRequest) throws -> [UInt8]
  ) -> DataFormat {
    var format = DataFormat(
      name: name, title: title, fileExtension: "txt",
      recognises: { ColumnLayout($0)?.hasHeaders == headers },
      read: { try MNERText.read($0, file: $1.file, strict: $1.strict, reading: $1.reading) },
      rewrite: { MNERText.rewrite($0, edited: $1.edited, reading: $1.reading, misc: $1.misc) },
      write: write,
      holds: { new, old in new.relations == old.relations && new.scheme.tells(new.mentions) },
      lacks: { post in
        // Such words would be read as lines of the format itself, or as the mark of a file's
        // encoding.
        let word = post.tokens.first {
          $0.text.hasPrefix("IMGID:") || $0.text.hasPrefix("-DOCSTART-")
            || $0.text.unicodeScalars.first == "\u{FEFF}"
        }
        if let word { return "the word \(word.text)" }
        // With `B-` in front.
        let longest = ColumnLayout.mostTagBytes - 2
        if let mention = post.mentions.first(where: { $0.type.rawValue.utf8.count > longest }) {
          return "a type of more than \(longest) bytes (\(mention.type.rawValue.prefix(40))…)"
        }
        return post.relations.first { $0.label != RelationInventory.none }.map {
          "the relation \($0.label)"
        }
      })
    format.otherNames = otherNames
    format.rewriteInto = {
      try MNERText.rewrite(
        $0, edited: $1.edited, reading: $1.reading, misc: $1.misc, progress: $1.progress, into: &$2)
    }
    format.joins = true
    format.cut = cutLines
    format.hasWordLines = true
    format.hasTags = true
    format.namesPictures = headers
    format.keepsEmptyPairs = false
    return format
  }
}
