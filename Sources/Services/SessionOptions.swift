import Corpora
import Files
import Screen
import Settings
import Tensors
import Workbench

/// What a person asks for on the command line when a dataset is opened.
package struct SessionOptions: Sendable {
  /// A dataset; nil opens the embedded sample.
  package var dataset: String?
  /// A folder of model folders; nil takes the dataset's own, then the shared ones.
  package var models: String?
  /// Whether nothing is asked of any model: for labelling alone.
  package var withoutModels = false
  /// Folders of experts: one takes the place of the router's of its kind, several are opened side
  /// by side; none takes the folder's own list, or the router's.
  package var experts: [String] = []
  /// Whether experts are asked that stand in no folder.
  package var hasOutsideExperts: Bool { !answers.isEmpty || !programs.isEmpty }

  /// Files of answers as experts, `NAME=FILE`.
  package var answers: [String] = []
  /// Programs as experts, `NAME=COMMAND`: of the person's own command line or configuration.
  package var programs: [String] = []
  /// Folder of the router; nil takes `rds`, else the first there is.
  package var router: String?
  /// What the models' large products are computed in.
  package var precision = Precision.float32
  /// A folder to look for pictures in first.
  package var images: String?
  /// What files are in that are neither UTF-8 nor UTF-16; nil takes the dataset's settings.
  package var encoding: TextEncoding?
  /// The file of the annotations.
  package var store: String?
  /// In whose name edits are made.
  package var annotator: String
  /// What can be set, with where each comes from.
  package var settings = ResolvedSettings(Setting.all)
  /// The person's own settings file, where it has keys.
  package var ownKeys: KeysText?
  /// Files of regions for experts that look at some; empty takes those of `dataset.toml`.
  package var boxes: [String] = []
  /// Whether regions that tell the labels may be used.
  package var regions = RegionPermission.labelFree
  /// Stop at the first malformed line.
  package var strict = false
  /// The post to show first.
  package var post: String?
  /// Whether the workbench opens where the annotator stopped, and remembers where that is.
  package var resumes = false
  /// Whether the store is only read: nothing is made where there is none, and edits are not kept.
  package var onlyReads = false
  /// What the posts are opened for, where that is not to label them for good.
  package var exercise: Exercise?
  /// Whose progress is remembered, where it is a lesson.
  package var lessonMemory = LessonMemory.tutor

  /// Work that is not kept.
  package enum Exercise: Sendable {
    /// Labels are hidden, and what somebody gives is compared with them.
    case practice
    /// The tutor's lesson over the posts of the harbour town, from this task on, counted from 1.
    case lesson(from: Int)
    /// The lesson of a file, from this step on, counted from 1; presented to a room or not.
    case tour(LessonFile, from: Int, isPresented: Bool)
    /// What is in the store is played, so many times as fast as life.
    case replay(speed: Double)
  }

  /// Everything by default, edits made in the name of `annotator`.
  package init(dataset: String?, annotator: String) {
    self.dataset = dataset
    self.annotator = annotator
  }
}

extension SessionOptions {
  /// A built-in theme, one of `Themes/`, or a file; nil as the terminal suggests.
  package var theme: String? { settings.text(.theme) }
  /// A file of own keys.
  package var keymap: String? { settings.text(.keymap) }
  /// How emoji sequences are shown; nil as the terminal suggests.
  package var emoji: Sanitizer.EmojiMode? {
    settings.text(.emoji).flatMap(Sanitizer.EmojiMode.init(rawValue:))
  }
  /// Whether every accepted post makes the router train again.
  package var trainsAutomatically: Bool {
    settings.text(.training) == TrainingHabit.automatic.rawValue
  }
}

/// Why a session could not begin. Other errors come from the dataset, the store or the models.
package enum SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  case noSample(String)
  case noTheme(String)
  case unreadable(String)
  case noPost(String, nearest: String?)
  case badSize(String)
  case notAFile(String)
  case notSaved(Int, cause: String)
  case refused(lines: Int)

  /// What is wrong and what to do.
  package var description: String {
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
    case .refused(let count):
      "\(count == 1 ? "1 line was" : "\(count) lines were") refused, whole or in part; the output says "
        + "why, the other lines were carried out"
    case .badSize(let text): "no size \(text); write COLSxROWS, such as 120x36"
    }
  }
}
