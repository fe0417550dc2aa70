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

  /// The formats that were asked for, each once.
  var all: [DataFormat] {
    let asked = formats.map(\.format) + (jsonl ? DataFormat.named("jsonl").map { [$0] } ?? [] : [])
    return DataFormat.writable.compactMap { format in asked.first { $0 == format } }
  }
}

/// A format that can be written, by its name or an older one.
struct WrittenFormat: ExpressibleByArgument {
  let format: DataFormat

  init?(argument: String) {
    guard let format = DataFormat.named(argument), DataFormat.writable.contains(format) else {
      return nil
    }
    self.format = format
  }

  static var allValueStrings: [String] { DataFormat.writable.map(\.name) }
}

extension TaggingScheme: ExpressibleByArgument {}
