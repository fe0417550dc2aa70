import ArgumentParser

/// What only a stream takes.
struct StreamOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For -: the folder that pictures are named in; else the current one.", valueName: "dir"))
  var pictures: String?

  @Option(
    help: ArgumentHelp(
      "For -: pass over the first records, whose answers are there already.", valueName: "count"))
  var resume: Int?

  @Option(
    help: ArgumentHelp(
      "For -: the number of the first record, in what is said of records that fail.",
      valueName: "number"))
  var firstLine: Int?

  @Flag(help: "For -: with each answer everything that `show --json` tells of the experts.")
  var withSignals = false

  /// - Parameter others: options that a stream does not take: whether one was given, its name, and
  ///   why.
  func validate(_ others: [(isGiven: Bool, name: String, reason: String)]) throws {
    if let wrong = others.first(where: \.isGiven) {
      throw ValidationError("\(wrong.name) is not for a stream: \(wrong.reason)")
    }
    guard (resume ?? 0) >= 0 else { throw ValidationError("--resume takes a number from 0") }
    guard (firstLine ?? 1) >= 1, (firstLine ?? 1) <= 1 << 52 else {
      throw ValidationError("--first-line takes a number from 1")
    }
  }

  /// Refuses the options where a dataset is answered as a whole.
  func checkUnused() throws {
    let given = [
      (pictures != nil, "--pictures", "a dataset's are found beside it, or with --images"),
      (resume != nil, "--resume", "a dataset is answered as a whole"),
      (firstLine != nil, "--first-line", "a dataset's files have their own lines"),
      (withSignals, "--with-signals", "`twinlens show --json` has them for one post"),
    ]
    if let wrong = given.first(where: \.0) {
      throw ValidationError(
        "\(wrong.1) is for a stream: \(wrong.2); `twinlens predict - < FILE` streams a file")
    }
  }
}
