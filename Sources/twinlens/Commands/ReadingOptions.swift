import ArgumentParser
import Corpora
import Files

/// How the text of a dataset's files is read.
struct EncodingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What files are in that are neither UTF-8 nor UTF-16: gb18030 or latin-1.",
      valueName: "name"))
  var encoding: TextEncoding?
}

/// How a dataset is opened, wherever a command opens one.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder to look for pictures in first, and in images in it.", valueName: "dir"))
  var images: String?

  @OptionGroup var text: EncodingOption

  var encoding: TextEncoding? { text.encoding }

  /// - Throws: `CorporaError`.
  func open(_ path: String, reading: BIO.Reading = .lenient) throws -> Dataset {
    try Dataset.open(path, images: images, reading: reading, encoding: encoding)
  }
}

extension TextEncoding: ExpressibleByArgument {
  /// By its name on the command line.
  package init?(argument: String) { self.init(name: argument) }
  /// The names that help lists.
  package static var allValueStrings: [String] { names }
}
