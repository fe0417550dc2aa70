import ArgumentParser
import Corpora

/// In which formats files are written besides their own.
struct WritingOptions: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "Also write each file in this format, into a folder of its name; can be given several times. Nothing is written when it has no place for a label.",
      valueName: "name"))
  var formats: [WrittenFormat] = []

  @Option(
    help: ArgumentHelp(
      "How tags are spelled in such files, where they have any.", valueName: "scheme"))
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
