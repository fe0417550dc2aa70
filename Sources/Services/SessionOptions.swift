import Corpora
import Files
import Screen

/// What a person asks for on the command line when a dataset is opened.
public struct SessionOptions: Sendable {
  /// A dataset; nil opens the embedded sample.
  public var dataset: String?
  /// A folder of model folders; nil takes the dataset's own, then the shared ones.
  public var models: String?
  /// Whether nothing is asked of any model: for labelling alone.
  public var withoutModels = false
  /// Folders of experts: one takes the place of the router's of its kind, several are opened side
  /// by side; none takes the folder's own list, or the router's.
  public var experts: [String] = []
  /// Whether experts are asked that stand in no folder.
  package var hasOutsideExperts: Bool { !answers.isEmpty || !programs.isEmpty }

  /// Files of answers as experts, `NAME=FILE`.
  public var answers: [String] = []
  /// Programs as experts, `NAME=COMMAND`: of the person's own command line or configuration.
  public var programs: [String] = []
  /// Folder of the router; nil takes `rds`, else the first there is.
  public var router: String?
  /// A folder to look for pictures in first.
  public var images: String?
  /// What files are in that are neither UTF-8 nor UTF-16; nil takes the dataset's settings.
  public var encoding: TextEncoding?
  /// The file of the annotations.
  public var store: String?
  /// In whose name edits are made.
  public var annotator: String
  /// A built-in theme, one of `Themes/`, or a file.
  public var theme: String?
  /// A file of own keys.
  public var keymap: String?
  /// How emoji sequences are shown; nil as the terminal suggests.
  public var emoji: Sanitizer.EmojiMode?
  /// Files of regions for experts that look at some; empty takes those of `dataset.toml`.
  public var boxes: [String] = []
  /// Whether regions that tell the labels may be used.
  public var regions = RegionPermission.labelFree
  /// Stop at the first malformed line.
  public var strict = false
  /// Whether every accepted post makes the router train again.
  public var trainsAutomatically = true
  /// The post to show first.
  public var post: String?

  /// Everything by default, edits made in the name of `annotator`.
  public init(dataset: String?, annotator: String) {
    self.dataset = dataset
    self.annotator = annotator
  }
}

/// Why a session could not begin. Other errors come from the dataset, the store or the models.
public enum SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  case noSample(String)
  case noTheme(String)
  case unreadable(String)
  case noPost(String, nearest: String?)
  case badSize(String)
  case notAFile(String)
  case notSaved(Int, cause: String)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .noSample(let reason):
      "the embedded sample was not found (\(reason)); name a dataset: twinlens DATASET"
    case .noTheme(let name):
      "no theme \(name); write dusk, paper, a name in Themes/ or a file that ends with .toml"
    case .unreadable(let path): "\(path): cannot be read; check the path and its permissions"
    case .noPost(let id, let nearest):
      "no post \(id) in the dataset" + (nearest.map { "; the first is \($0)" } ?? "")
    case .notAFile(let path):
      "\(path): not a regular file (a pipe or device?); give the path of a text file"
    case .notSaved(let count, let cause):
      "\(count == 1 ? "1 edit is" : "\(count) edits are") NOT SAVED: \(cause)"
    case .badSize(let text): "no size \(text); write COLSxROWS, such as 120x36"
    }
  }
}
