import ArgumentParser
import Corpora
import Encoders
import Reports
import Screen
import Services

/// `twinlens tokenize FOLDER`: what a checkpoint's tokenizer makes of a text.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the pieces of a text, their ids, and the words they belong to.",
    discussion: """
      Without a text it reads lines from standard input: a line of JSON, {"words": [...]} or \
      {"text": "..."}, gives {"ids": [...], "word_ids": [...]}; any other is a plain text.

      Special tokens spelled in a text are ordinary text.
      """)

  @Argument(
    help: "A model folder with tokenizer.json, vocab.txt, or vocab.json and merges.txt.")
  var folder: String

  @Argument(help: "The text.")
  var text: [String] = []

  @Option(help: ArgumentHelp("Encode the posts of a dataset, word by word.", valueName: "dataset"))
  var file: String?

  @OptionGroup var input: EncodingOption

  @Flag(help: "Split the text at blanks and encode each word on its own.")
  var words = false

  @Flag(help: "Print a line of JSON for each text.")
  var json = false

  @Option(
    help: ArgumentHelp("Cut what is longer, special tokens included.", valueName: "pieces"))
  var maxLength: Int?

  func validate() throws {
    if file != nil, !text.isEmpty { throw ValidationError("give a text or --file, not both") }
    if let maxLength, maxLength < 1 { throw ValidationError("--max-length must be at least 1") }
  }

  func run() throws {
    let tokenizer = try Tokenizer(folder: folder)
    if let file {
      for post in try Dataset.open(file, encoding: input.encoding).posts {
        if !json { StandardOutput.write(PieceText.escaped(post.id)) }
        show(.words(post.tokens.map(\.text)), tokenizer)
      }
    } else if !text.isEmpty {
      show(plain(text.joined(separator: " ")), tokenizer)
    } else {
      var number = 0
      while let line = readLine() {
        number += 1
        let input = try TokenLines.read(line, source: "standard input", number: number)
        if TokenLines.isJSON(line) {
          StandardOutput.write(
            TokenLines.json(encode(input, tokenizer), pieces: json ? tokenizer : nil))
        } else {
          show(words ? plain(line) : input, tokenizer)
        }
      }
    }
  }

  private func plain(_ text: String) -> TokenLines.Input {
    words ? .words(TokenLines.words(of: text)) : .text(text)
  }

  private func encode(_ input: TokenLines.Input, _ tokenizer: Tokenizer) -> Encoding {
    let options = EncodingOptions(maximumLength: maxLength)
    switch input {
    case .words(let words): return tokenizer.encode(words: words, options: options)
    case .text(let text): return tokenizer.encode(text: text, options: options)
    }
  }

  private func show(_ input: TokenLines.Input, _ tokenizer: Tokenizer) {
    let encoding = encode(input, tokenizer)
    if json { return StandardOutput.write(TokenLines.json(encoding, pieces: tokenizer)) }
    var words: [String] = []
    if case .words(let list) = input { words = list }
    let listing = TokenListing(encoding, tokenizer, words: words)
    StandardOutput.write(listing.table { TextWidth.columns(of: $0) })
  }
}
