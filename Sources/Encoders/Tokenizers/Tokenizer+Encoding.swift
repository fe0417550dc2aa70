/// From words and texts to encodings.
extension Tokenizer {
  /// Encodes a list of words, each on its own (Hugging Face's `is_split_into_words`).
  package func encode(
    words: [String], markers: [Marker] = [], options: EncodingOptions = EncodingOptions()
  ) -> Encoding {
    pool.withWorkspace { workspace in
      workspace.begin(countingPretokens: false)
      append(words, markers, options, &workspace)
      return layOut(workspace, options)
    }
  }

  /// Encodes two lists of words; both count their words from 0.
  package func encode(
    words: [String], and second: [String], options: EncodingOptions = EncodingOptions()
  ) -> Encoding {
    pool.withWorkspace { workspace in
      workspace.begin(countingPretokens: false)
      append(words, [], options, &workspace)
      let split = workspace.ids.count
      append(second, [], options, &workspace)
      return layOut(workspace, split: split, options)
    }
  }

  /// Encodes a plain text.
  package func encode(text: String, options: EncodingOptions = EncodingOptions()) -> Encoding {
    pool.withWorkspace { workspace in
      workspace.begin(countingPretokens: true)
      ByteTable.withBytes(text) { append(text: $0, &workspace) }
      return layOut(workspace, options)
    }
  }

  /// Encodes two plain texts.
  package func encode(
    text: String, and second: String, options: EncodingOptions = EncodingOptions()
  ) -> Encoding {
    pool.withWorkspace { workspace in
      workspace.begin(countingPretokens: true)
      ByteTable.withBytes(text) { append(text: $0, &workspace) }
      let split = workspace.ids.count
      workspace.word = -1
      ByteTable.withBytes(second) { append(text: $0, &workspace) }
      return layOut(workspace, split: split, options)
    }
  }

  /// Encodes many lists of words, one after the other.
  package func encode(
    batch: [[String]], options: EncodingOptions = EncodingOptions()
  ) -> [Encoding] {
    pool.withWorkspace { workspace in
      batch.map { words in
        workspace.begin(countingPretokens: false)
        append(words, [], options, &workspace)
        return layOut(workspace, options)
      }
    }
  }

  /// In the workspace's words, a piece that is in no word.
  static let noWord: Int32 = -1

  private func append(
    _ words: [String], _ markers: [Marker], _ options: EncodingOptions,
    _ workspace: inout Workspace
  ) {
    // Sorting keeps the order of equals.
    var pending = markers.isEmpty ? [][...] : markers.sorted { $0.word < $1.word }[...]
    for (index, word) in words.enumerated() {
      while let marker = pending.first, marker.word <= index {
        append(pending.removeFirst(), &workspace)
      }
      workspace.word = Int32(truncatingIfNeeded: index)
      let before = workspace.ids.count
      ByteTable.withBytes(word) { append(word: $0, &workspace) }
      if workspace.ids.count == before, options.emptyWords == .unknown, let id = special.unknown {
        workspace.append(Int32(id))
      }
    }
    for marker in pending { append(marker, &workspace) }
  }

  private func append(_ marker: Marker, _ workspace: inout Workspace) {
    workspace.word = Self.noWord
    workspace.append(Int32(clamping: marker.id))
  }
}
