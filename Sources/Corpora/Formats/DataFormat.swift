/// A format of dataset files, as a value: how it is told, read, rewritten and written anew.
/// `DataFormat.builtIn` is the only list of them.
package struct DataFormat: Sendable {
  /// Its name on the command line, e.g. `conll`.
  package let name: String
  /// What it is called in sentences.
  package let title: String
  /// The extension of new files, without a dot.
  package let fileExtension: String
  /// Whether each word has a line of its own.
  var hasWordLines = false
  /// Whether the beginning of a file is in this format; its name does not count.
  let recognises: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool
  /// Reads a file.
  let read: @Sendable (UnsafeBufferPointer<UInt8>, ReadingRequest) throws -> ParsedFile
  /// A file's bytes with the labels of edited posts changed, and nothing else.
  let rewrite: @Sendable ([UInt8], RewritingRequest) -> [UInt8]
  /// Posts as a new file; nil for formats that are only read.
  let write: (@Sendable ([Post], WritingRequest) throws -> [UInt8])?
  /// Whether there is a place for all that an edit changed in a post.
  let holds: @Sendable (_ new: Post, _ old: Post) -> Bool
  /// What a post says that a new file has no place for, by its name; nil when there is a place for
  /// everything.
  let lacks: @Sendable (Post) -> String?
  /// Whether a post's picture is named.
  var namesPictures = true
  /// Whether new files spell mentions as tags, in the scheme that is asked for.
  var hasTags = false

  /// What a reader is told.
  struct ReadingRequest {
    let file: String
    let strict: Bool
    let reading: BIO.Reading
    /// The tags that numbers stand for.
    var tagNames: [String] = []
  }

  /// What a rewriter is told.
  struct RewritingRequest {
    /// The edited posts as they were read, by line.
    let originals: [Int: Post]
    /// The same posts as they are now.
    let edited: [Int: Post]
    let reading: BIO.Reading
    /// The file's word for MISC.
    let misc: String
    let tagNames: [String]
  }

  /// What a writer is told.
  package struct WritingRequest: Sendable {
    /// How irregular tags are understood.
    package var reading = BIO.Reading.lenient
    /// The word for MISC.
    package var misc = "MISC"
    /// How tags mark where mentions begin and end, where the format has tags.
    package var scheme = TaggingScheme.iob2

    /// The usual words.
    package init(
      reading: BIO.Reading = .lenient, misc: String = "MISC", scheme: TaggingScheme = .iob2
    ) {
      self.reading = reading
      self.misc = misc
      self.scheme = scheme
    }
  }

  /// The formats of this program, the one that is told most surely first.
  static let builtIn: [DataFormat] = [
    .mner,
    .conll,
    .mnre,
    .jsonLines,
    .huggingFace,
    .bareText,
  ]

  /// Formats beside the program's own, asked last, within `DataFormat.$added.withValue([…]) { … }`:
  /// tests have one.
  @TaskLocal package static var added: [DataFormat] = []

  /// Every format.
  package static var all: [DataFormat] { builtIn + added }

  /// The format of a name; nil for an unknown one.
  package static func named(_ name: String) -> DataFormat? { all.first { $0.name == name } }

  /// Formats that new files can be written in.
  package static var writable: [DataFormat] { all.filter { $0.write != nil } }

  /// Posts as a new file.
  ///
  /// - Throws: `FormatError` naming the first label that has no place; `CorporaError` for words
  ///   that cannot be spelled.
  package func bytes(of posts: [Post], _ request: WritingRequest = WritingRequest()) throws
    -> [UInt8]
  {
    guard let write else {
      throw FormatError(format: self, post: nil, lacks: nil, able: Self.writable)
    }
    for post in posts {
      let touching = hasTags && !request.scheme.tells(post.mentions)
      if let label = lacks(post) ?? (touching ? "two mentions in IO tags that touch" : nil) {
        let able = Self.writable.filter { format in
          format != self && posts.allSatisfy { format.lacks($0) == nil }
        }
        throw FormatError(format: self, post: post.id, lacks: label, able: able)
      }
    }
    return try write(posts, request)
  }

  /// Whether there is a place for all that an edit changed in a post.
  package func holds(_ new: Post, insteadOf old: Post) -> Bool { holds(new, old) }

  /// Tells the format from the beginning of a file; nil for none.
  static func guess(_ bytes: UnsafeBufferPointer<UInt8>) -> DataFormat? {
    all.first { $0.recognises(bytes) }
  }
}

extension DataFormat: Hashable {
  /// Formats are told apart by their names.
  package static func == (a: DataFormat, b: DataFormat) -> Bool { a.name == b.name }
  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A label that a format has no place for.
package struct FormatError: Error, CustomStringConvertible {
  let format: DataFormat
  let post: Post.ID?
  let lacks: String?
  /// Formats that have a place for all that there is.
  let able: [DataFormat]

  package var description: String {
    let names = able.map(\.name).joined(separator: ", ")
    guard let post, let lacks else {
      return "\(format.title) is only read; choose one of \(names)"
    }
    return "\(format.title) has no place for \(lacks) of \(post), so nothing is written; "
      + (able.isEmpty ? "no other format has room for all labels" : "all labels fit into \(names)")
  }
}

extension DataFormat.WritingRequest {
  /// The tags of a post in the scheme, one for each word.
  func tags(of post: Post) -> [String] {
    BIO.tags(of: post.mentions, count: post.tokens.count, scheme: scheme).map {
      scheme.spell($0, misc: misc)
    }
  }
}
