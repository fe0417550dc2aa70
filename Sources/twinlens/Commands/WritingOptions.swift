import ArgumentParser
import Corpora

/// In which formats files are written besides their own.
struct WritingOptions: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "Also write each file in this format, as often as wanted. Labels that it has no place for are refused.",
      valueName: "name"))
  var formats: [WrittenFormat] = []

  @Option(
    help: ArgumentHelp("How such files spell mentions where they have tags.", valueName: "scheme"))
  var scheme = TaggingScheme.iob2

  @Flag(help: "The same as --format jsonl.") var jsonl = false

  /// The formats that were asked for.
  var all: [DataFormat] {
    let asked = formats.map(\.format) + (jsonl ? [.jsonLines] : [])
    return DataFormat.writable.filter(asked.contains)
  }
}

/// A format that can be written, by its name.
struct WrittenFormat: ExpressibleByArgument {
  let format: DataFormat

  init?(argument: String) {
    guard let format = DataFormat.writable.first(where: { $0.name == argument }) else { return nil }
    self.format = format
  }

  static var allValueStrings: [String] { DataFormat.writable.map(\.name) }
}

extension TaggingScheme: ExpressibleByArgument {}
