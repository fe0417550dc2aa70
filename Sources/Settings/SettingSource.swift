/// Where the value of a setting comes from, the weakest first.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
  case builtIn
  /// What was on screen when the workbench was left.
  case remembered(file: String)
  /// The person's own file. Lines count from 1.
  case person(file: String, line: Int)
  /// The file that lies with a dataset.
  case dataset(file: String, line: Int)
  case environment(variable: String)
  case option(String)
  case session

  /// A stronger source goes before a weaker one; of equals the later.
  package var strength: Int {
    switch self {
    case .builtIn: 0
    case .remembered: 1
    case .person: 2
    case .dataset: 3
    case .environment: 4
    case .option: 5
    case .session: 6
    }
  }

  /// One word for programs.
  package var word: String {
    switch self {
    case .builtIn: "built-in"
    case .remembered: "remembered"
    case .person: "user"
    case .dataset: "dataset"
    case .environment: "environment"
    case .option: "option"
    case .session: "session"
    }
  }

  /// The place, as far as there is one: a file with its line, a variable, an option.
  package var place: String? {
    switch self {
    case .builtIn, .session: nil
    case .remembered(let file): file
    case .person(let file, let line), .dataset(let file, let line): "\(file):\(line)"
    case .environment(let variable): variable
    case .option(let option): option
    }
  }

  /// For a person.
  package var description: String {
    switch self {
    case .builtIn: "built-in"
    case .remembered: "as it was left"
    case .person, .dataset, .environment, .option: place ?? word
    case .session: "this session"
    }
  }
}
