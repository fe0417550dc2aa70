import Corpora
import Tensors

/// Which annotator gets which posts of a dataset.
package struct Assignment: Sendable, Equatable {
  /// The annotators, in the order in which they were named.
  package let annotators: [String]
  /// Ids of posts, each with its annotators as places in `annotators`, ascending.
  package private(set) var posts: [(id: String, annotators: [Int])]
  /// What it was made with, for the record.
  package let plan: Plan

  /// How posts are shared out.
  package struct Plan: Sendable, Equatable {
    /// Share of the posts that get several annotators, 0 … 1.
    package var overlap: Double
    /// How many these get.
    package var perPost = 2
    /// How much an annotator takes compared with the others; 1 where nothing is said.
    package var shares: [String: Double] = [:]
    /// Decides which posts go to whom.
    package var seed: UInt64 = 1

    /// A plan with an overlap; two annotators for each of these posts, all annotators equally.
    package init(overlap: Double) { self.overlap = overlap }
  }

  init(annotators: [String], posts: [(id: String, annotators: [Int])], plan: Plan) {
    (self.annotators, self.posts, self.plan) = (annotators, posts, plan)
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.annotators == b.annotators && a.plan == b.plan
      && a.posts.elementsEqual(b.posts) { $0 == $1 }
  }

  /// Bounds of what is believed of a file and taken from the command line.
  package static let mostAnnotators = 200
  package static let longestName = 200

  /// Ids of the posts of an annotator; nil for a name that is not among the annotators.
  package func posts(of annotator: String) -> [String]? {
    guard let place = annotators.firstIndex(of: annotator) else { return nil }
    return posts.filter { $0.annotators.contains(place) }.map(\.id)
  }
}

/// What cannot be shared out, or read.
package enum AssignmentError: Error, Sendable, Equatable, CustomStringConvertible {
  case noAnnotators
  case repeated(String)
  case badName(String)
  case tooMany(Int)
  case badOverlap(String)
  case badPerPost(Int, annotators: Int)
  case badShare(String)
  case unknownShare(String, known: [String])
  case exists(String)
  case unreadable(String, line: Int?, reason: String)

  package var description: String {
    switch self {
    case .noAnnotators: "nobody is named; write --annotators ada,bo"
    case .repeated(let name): "\(name) is named twice in --annotators"
    case .badName(let name):
      "\(name.isEmpty ? "an empty name" : "\"\(name)\"") cannot be an annotator's; names have 1 to "
        + "\(Assignment.longestName) characters"
    case .tooMany(let count):
      "\(count) annotators are too many; at most \(Assignment.mostAnnotators) share a dataset"
    case .badOverlap(let text): "the overlap is a share from 0 to 1 such as 0.2, not \(text)"
    case .badPerPost(let count, let annotators):
      "\(count) annotators a post are not possible with \(annotators); write --per-post 2 to "
        + "\(max(2, annotators))"
    case .badShare(let text): "a share is NAME=NUMBER above 0 such as ada=2, not \(text)"
    case .unknownShare(let name, let known):
      "--share names \(name), who is not among the annotators \(known.joined(separator: ", "))"
    case .exists(let path):
      "\(path): posts are assigned already, and otherwise; --replace makes the new assignment "
        + "take its place"
    case .unreadable(let path, let line, let reason):
      "\(path)\(line.map { ":\($0)" } ?? ""): \(reason); make it again with "
        + "`twinlens annotations assign DATASET … --replace`"
    }
  }
}
