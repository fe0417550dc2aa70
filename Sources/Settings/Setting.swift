/// One thing that a person can set, for a session or for good.
///
/// A table of these is the only source of what settings files, environment, command line and `:set`
/// take, and of what `twinlens config` and the manual print.
package struct Setting: Sendable, Hashable {
  package let name: Name
  package let kind: Kind
  /// What holds where nobody says anything.
  package let builtIn: SettingValue
  /// The same for the manual, where it differs from machine to machine.
  package let builtInWords: String?
  /// One sentence without a full stop.
  package let summary: String
  /// Whether a dataset's own file may say it. That file comes from strangers, and what it says
  /// goes before what the person's file says: so it may only say how the data is worked on, never
  /// what a person is called, reads best or presses, and no path.
  package let isForDatasets: Bool
  /// When a change shows.
  package let time: Time
  /// Whether what was last on screen holds the next time, where nobody says anything.
  package let isRemembered: Bool

  package init(
    _ name: Name, _ kind: Kind, builtIn: SettingValue, words: String? = nil, _ summary: String,
    isForDatasets: Bool = false, time: Time = .now, isRemembered: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.builtIn = builtIn
    builtInWords = words
    self.summary = summary
    self.isForDatasets = isForDatasets
    self.time = time
    self.isRemembered = isRemembered
  }

  /// What each is called, in files and on the command line.
  package enum Name: String, Sendable, Hashable, CaseIterable {
    case annotator, panels, heat, training, resume, theme
    case heatColors = "heat-colors"
    case graphics
    case sixelColors = "sixel-colors"
    case unicode, emoji, mouse, keymap
    case keepBackups = "keep-backups"
  }

  package enum Kind: Sendable, Hashable {
    case flag
    /// One of these.
    case word([String])
    /// A whole number, or `automatic`.
    case number(ClosedRange<Int>)
    /// A file, or `none`.
    case file
    /// One of these, or a file whose path has a slash or ends with `.toml`.
    case wordOrFile([String])
    /// What somebody is called.
    case name
  }

  /// When a change shows.
  package enum Time: Sendable, Hashable {
    case now
    /// When the workbench is opened the next time.
    case opening
  }

  /// In place of a value: what the terminal suggests.
  package static let automatic = "auto"
  /// In place of a file.
  package static let noFile = "none"

  /// The words that are values, but for numbers, paths and names of people.
  package var words: [String] {
    switch kind {
    case .flag: ["on", "off"]
    case .word(let words), .wordOrFile(let words): words
    case .number: [Self.automatic]
    case .file: [Self.noFile]
    case .name: []
    }
  }

  /// What is allowed, in words.
  package var allowed: String {
    func list(_ words: [String]) -> String {
      guard let last = words.last, words.count > 1 else { return words.first ?? "" }
      return words.dropLast().joined(separator: ", ") + " or " + last
    }
    return switch kind {
    case .flag, .word: list(words)
    case .number(let range):
      "a number from \(range.lowerBound) to \(range.upperBound), or \(Self.automatic)"
    case .file: "the path of a file, or \(Self.noFile)"
    case .wordOrFile(let words): list(words + ["the path of a .toml file"])
    case .name: "a name of at most \(Self.mostNameCharacters) characters"
    }
  }

  /// The variable of the environment that sets it.
  package var variable: String {
    "TWINLENS_" + name.rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// The option of the command line that gives it a value.
  package func option(for value: SettingValue) -> String {
    value == .flag(false) ? "--no-\(name.rawValue)" : "--\(name.rawValue)"
  }
}
