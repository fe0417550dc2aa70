/// A format of dataset files, as a value: how it is told, read, rewritten and written anew.
/// `DataFormat.builtIn` is the only list of them.
package struct DataFormat: Sendable {
  /// Its name on the command line, e.g. `conll2003`.
  package let name: String
  /// Names that older versions used.
  var otherNames: [String] = []
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
  /// Whether pairs without a relation (`None`) have a place.
  var keepsEmptyPairs = true
  /// Whether new files spell mentions as tags, in the scheme that is asked for.
  var hasTags = false
  /// Whether new files tell how far a post has come; an export puts a file of its own beside those
  /// that do not.
  var carriesState = false
  /// Whether a file is one post.
  var isOnePost = false
  /// The ending of a second file, which has the text of a file of labels.
  var textExtension: String?
  /// The files of some posts, where the format needs several: names under a folder, and bytes.
  var documents: (@Sendable ([Post], WritingRequest) throws -> [Document])?
  /// The same as `rewrite`, handed on as it is made; nil where a file is rewritten in one go.
  var rewriteInto:
    (@Sendable (UnsafeBufferPointer<UInt8>, RewritingRequest, inout BytePipe) throws -> Void)?
  /// Whether new files of some posts and of those after them are, one behind the other, a file of
  /// all.
  var joins = false
  /// A file's bytes without the posts that are not kept; nil where a file of some of its posts is
  /// written anew.
  var cut: (@Sendable ([UInt8], CuttingRequest) -> [UInt8])?
  /// The folder that an export writes into, beside the files in their own formats: the name that
  /// was asked for.
  package var folder: String { alias ?? name }
  /// The older name that was asked for.
  var alias: String?

  /// What a reader is told.
  struct ReadingRequest {
    let file: String
    let strict: Bool
    let reading: BIO.Reading
    /// The tags that numbers stand for.
    var tagNames: [String] = []
    /// The file with the text, as UTF-8, where the format has one.
    var text: [UInt8]?
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
    /// The edited posts by their place among the file's posts, from 0: several may stand on a line.
    let places: [Int: Post]
    /// The file with the text, as UTF-8, where the format has one.
    let text: [UInt8]?
    /// Is told every few thousand lines which is reached, where what is made is handed on.
    var progress: (_ line: Int) -> Void = { _ in }
  }

  /// What is told to keep some posts of a file.
  struct CuttingRequest {
    /// The first lines of all posts, in their order.
    let lines: [Int]
    /// The places of the posts that stay, from 0.
    let kept: Set<Int>
  }

  /// One of several files that a format writes.
  package struct Document: Sendable, Hashable {
    /// Its path in the folder.
    package let name: String
    /// The post in it; nil for what belongs to all.
    package let post: Post.ID?
    package let bytes: [UInt8]
  }

  /// What a writer is told.
  package struct WritingRequest: Sendable {
    /// How irregular tags are understood.
    package var reading = BIO.Reading.lenient
    /// The word for MISC.
    package var misc = "MISC"
    /// How tags mark where mentions begin and end, where the format has tags.
    package var scheme = TaggingScheme.iob2
    /// How far the posts have come, by id; empty where nothing is to be told of it.
    package var marks: [Post.ID: ReviewMark] = [:]
    /// The same of all posts that are not among them; nil where nothing is told of those.
    var otherMark: ReviewMark?

    /// The usual words.
    package init(
      reading: BIO.Reading = .lenient, misc: String = "MISC", scheme: TaggingScheme = .iob2,
      marks: [Post.ID: ReviewMark] = [:]
    ) {
      self.reading = reading
      self.misc = misc
      self.scheme = scheme
      self.marks = marks
    }

    /// The fields of a JSON object that tell how far a post has come.
    func fields(of post: Post) -> [String] { mark(of: post)?.fields ?? [] }

    /// How far a post has come; nil where nothing is to be told of it.
    func mark(of post: Post) -> ReviewMark? { marks[post.id] ?? otherMark }
  }

  /// The formats of this program, the one that is told most surely first.
  static let builtIn: [DataFormat] = [
    .mner,
    .mnre,
    .conll,
    .huggingFace,
    .jsonLines,
    .doccano,
    .prodigy,
    .labelStudio,
    .brat,
    .csv,
    .bareText,
  ]

  /// Formats beside the program's own, asked last, within `DataFormat.$added.withValue([…]) { … }`:
  /// tests have one.
  @TaskLocal package static var added: [DataFormat] = []

  /// Every format.
  package static var all: [DataFormat] { builtIn + added }

  /// The format of a name, also of an older one; nil for an unknown one.
  package static func named(_ name: String) -> DataFormat? {
    if let format = all.first(where: { $0.name == name }) { return format }
    guard var format = all.first(where: { $0.otherNames.contains(name) }) else { return nil }
    format.alias = name
    return format
  }

  /// Formats that new files can be written in.
  package static var writable: [DataFormat] { all.filter(\.isWritable) }

  var isWritable: Bool { write != nil || documents != nil }

  /// Posts as a new file.
  ///
  /// - Throws: `FormatError` naming the first label that has no place, or that the format is only
  ///   read or needs several files; `CorporaError` for words that cannot be spelled.
  package func bytes(of posts: [Post], _ request: WritingRequest = WritingRequest()) throws
    -> [UInt8]
  {
    if isWritable { try requireRoom(for: posts, request) }
    guard let write else {
      throw FormatError(format: self, post: nil, lacks: nil, able: Self.writable)
    }
    return try write(posts, request)
  }

  /// Posts as new files: one with this stem, or several in a folder of that name.
  /// - Throws: as `bytes(of:_:)`.
  package func files(
    of posts: [Post], stem: String, _ request: WritingRequest = WritingRequest()
  ) throws -> [Document] {
    guard let documents else {
      return [
        Document(
          name: "\(stem).\(fileExtension)", post: nil, bytes: try bytes(of: posts, request))
      ]
    }
    try requireRoom(for: posts, request)
    return try documents(posts, request).map {
      Document(name: "\(stem)/\($0.name)", post: $0.post, bytes: $0.bytes)
    }
  }

  /// Hands on posts as a new file, some at a time where the format allows it.
  /// - Throws: as `bytes(of:_:)`.
  func write(
    _ posts: some Collection<Post>, _ request: WritingRequest, into pipe: inout BytePipe,
    progress: (_ posts: Int) -> Void
  ) throws {
    guard joins, let write else {
      let posts = Array(posts)
      try pipe.append(try bytes(of: posts, request))
      return progress(posts.count)
    }
    try requireRoom(for: posts, request)
    var some: [Post] = []
    func hand(_ pipe: inout BytePipe) throws {
      try pipe.append(try write(some, request))
      progress(some.count)
      some.removeAll(keepingCapacity: true)
    }
    for post in posts {
      some.append(post)
      if some.count == 1_024 { try hand(&pipe) }
    }
    try hand(&pipe)
  }

  private func requireRoom(
    for posts: some Collection<Post>, _ request: WritingRequest
  ) throws {
    for post in posts {
      let touching = hasTags && !request.scheme.tells(post.mentions)
      if let label = lacks(post) ?? (touching ? "two mentions in IO tags that touch" : nil) {
        let able = Self.writable.filter { format in
          format != self && posts.allSatisfy { format.lacks($0) == nil }
        }
        throw FormatError(format: self, post: post.id, lacks: label, able: able)
      }
    }
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
      let reason = format.documents == nil ? "is only read" : "are several files"
      return "\(format.title) \(reason); choose one of \(names)"
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
