import Files
import Foundation

/// Which posts' pictures add to their text, by a file of ids and labels: the “image task” of
/// Vempala and Preoţiuc-Pietro 2019, as the authors and others hand it around.
///
/// Columns are parted by tabs, or by commas where there is no tab. A first line that names them
/// tells which is read: the id by `id` or `tweet_id`, the label by `image_adds`, `imageAdds` or
/// `label`; without one the first column is the id and the second the label. Labels are 1 or 0, yes
/// or no, true or false, or R1 to R4, of which the first two add.
package struct PictureJudgements: Sendable {
  /// Whether the picture adds, by the post's id.
  package let adds: [String: Bool]
  /// The file.
  package let path: String
  /// Lines that are no id and label, from 1: the data as it is handed around has some, torn by a
  /// text's line ends.
  package let unreadable: [Int]

  private static let idNames = ["id", "tweet_id", "tweetid"]
  private static let labelNames = ["image_adds", "imageadds", "label"]
  private static let truths: [String: Bool] = [
    "1": true, "0": false, "yes": true, "no": false, "true": true, "false": false, "r1": true,
    "r2": true, "r3": false, "r4": false,
  ]

  /// One line in so many may be unreadable.
  private static let linesPerUnreadable = 20

  /// Reads a file.
  ///
  /// - Throws: `CorporaError`; `PictureJudgementError` when more than one line in twenty cannot be
  ///   read, and for an id with two labels.
  package init(path: String) throws {
    let bytes = try FileBytes.read(path)
    let text = TextEncoding(of: bytes, named: nil).utf8(bytes) ?? bytes
    var adds: [String: Bool] = [:]
    var (id, label) = (0, 1)
    var number = 0
    var (read, unreadable) = (0, [Int]())
    try text.withUnsafeBufferPointer { text in
      let separator: Character = text.contains(0x09) ? "\t" : ","
      try forEachLine(text) { content, _ in
        number += 1
        let line = String(decoding: text[content], as: UTF8.self)
        guard line.contains(where: { !$0.isWhitespace }) else { return }
        let fields = line.split(separator: separator, omittingEmptySubsequences: false).map {
          $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"\t"))
        }
        let names = fields.map { $0.lowercased() }
        if adds.isEmpty, let found = names.firstIndex(where: Self.idNames.contains),
          let other = names.firstIndex(where: Self.labelNames.contains)
        {
          (id, label) = (found, other)
          return
        }
        guard fields.indices.contains(id), fields.indices.contains(label), !fields[id].isEmpty,
          let truth = Self.truths[names[label]]
        else {
          unreadable.append(number)
          return
        }
        read += 1
        if let before = adds[fields[id]], before != truth {
          throw PictureJudgementError.contradiction(
            file: path, line: number, id: String(fields[id].prefix(40)))
        }
        adds[fields[id]] = truth
      }
    }
    if let first = unreadable.first,
      unreadable.count * Self.linesPerUnreadable > read + unreadable.count
    {
      throw PictureJudgementError.unreadable(
        file: path, line: first, count: unreadable.count, of: read + unreadable.count)
    }
    guard !adds.isEmpty else { throw PictureJudgementError.empty(file: path) }
    self.unreadable = unreadable
    self.adds = adds
    self.path = path
  }

  /// Posts with what the file says of them, by their own id or their picture's.
  package func applied(to posts: [Post]) -> [Post] {
    posts.map { post in
      guard let truth = adds[post.id] ?? post.imageID.flatMap({ adds[$0] }) else { return post }
      return post.replacing(attribute: Post.imageAddsName, truth ? "yes" : "no")
    }
  }
}

/// A file of judgements that cannot be used.
package enum PictureJudgementError: Error, Hashable, CustomStringConvertible {
  /// More lines than one in twenty; the first is named.
  case unreadable(file: String, line: Int, count: Int, of: Int)
  case contradiction(file: String, line: Int, id: String)
  case empty(file: String)
  /// None of the ids is a post's.
  case noPost(file: String, dataset: String)

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .unreadable(let file, let line, let count, let all):
      "\(file):\(line) is no id and label with a tab between"
        + (count == 1 ? "" : ", and neither are \((count - 1).counted("more line")) of \(all)")
        + ": labels are 1 or 0, yes or no, R1 to R4; a first line of names has "
        + "tweet_id and image_adds"
    case .contradiction(let file, let line, let id):
      "\(file):\(line) says of \(id) the opposite of an earlier line; leave one of them"
    case .empty(let file): "\(file) has no line with an id and a label"
    case .noPost(let file, let dataset):
      "none of the ids in \(file) is that of a post of \(dataset), or of its picture"
    }
  }
}
