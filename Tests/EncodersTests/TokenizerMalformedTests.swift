import Testing

@testable import Encoders

@Suite("Malformed tokenizer files")
struct TokenizerMalformedTests {
  private func complaint(_ files: [String: String]) throws -> String? {
    try TokenizerFolder(files).complaint()
  }

  @Test func nothingThere() throws {
    #expect(try #require(try complaint([:])).contains("no tokenizer.json, vocab.txt or vocab.json"))
    #expect(throws: TokenizerError.notAFolder("/nowhere/at/all")) {
      try Tokenizer(folder: "/nowhere/at/all")
    }
    #expect(try #require(try complaint(["vocab.txt": ""])).contains("vocab.txt: holds no pieces"))
    #expect(
      try #require(try complaint(["vocab.json": #"{"a": 0}"#])).contains("has no merges.txt"))
  }

  @Test(arguments: [
    ("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n", "vocab.txt:6: the piece `a` stands here a second time"),
    ("[PAD]\n[CLS]\n[SEP]\na\n", "vocab.txt: the vocabulary lacks `[UNK]`, the unknown token"),
    ("[PAD]\n[UNK]\n[SEP]\na\n", "vocab.txt: the vocabulary lacks `[CLS]`, the start token"),
  ])
  func lines(_ content: String, _ expected: String) throws {
    #expect(try #require(try complaint(["vocab.txt": content])).hasPrefix(expected))
  }

  @Test func brokenUTF8() throws {
    let folder = try TokenizerFolder([:])
    try folder.write("vocab.txt", Array("[PAD]\n[UNK]\n".utf8) + [0xC3, 0x28, 0x0A])
    #expect(try #require(folder.complaint()).hasPrefix("vocab.txt:3: not valid UTF-8"))
  }

  @Test(arguments: [
    ("{\"a\": 0,\n\"b\": 0}", "vocab.json:2:7: id 0 is given a second time"),
    ("{\"a\": 0,\n\"a\": 1}", "vocab.json:2:7: the piece `a` stands here a second time"),
    ("{\"a\": -1}", "vocab.json:1:9: id -1 is not in"),
    ("{\"a\": 99999999999}", "vocab.json:1:18: id 99999999999 is not in"),
    ("{\"a\": \"x\"}", "vocab.json:1:7: expected a number"),
    ("{\"a\": 0", "vocab.json:1:8: expected `}`"),
    ("[]", "vocab.json:1:1: expected `{`"),
    ("{}", "vocab.json: holds no pieces"),
  ])
  func vocabularies(_ content: String, _ expected: String) throws {
    let files = ["vocab.json": content, "merges.txt": ""]
    let complaint = try #require(try complaint(files))
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test(arguments: [
    ("#version: 0.2\nl o\nx\n", "merges.txt:3: `x` is not two pieces"),
    ("l o v\n", "merges.txt:1: `l o v` is not two pieces"),
    ("l o\nq zz\n", "merges.txt:2: the vocabulary lacks `zz` of the merge `q zz`"),
    ("l v\n", "merges.txt:1: the vocabulary lacks `lv` of the merge `l v`"),
    ("l \u{1B}\n", "merges.txt:1: the vocabulary lacks `\\u{1B}` of the merge"),
  ])
  func merges(_ content: String, _ expected: String) throws {
    var files = SmallTokenizers.roberta
    files["merges.txt"] = content
    let complaint = try #require(try complaint(files))
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test(arguments: [
    ("{", "tokenizer.json:1:2: expected"),
    ("{}", "tokenizer.json: no `model.vocab`"),
    (#"{"model": {"type": "Unigram", "vocab": []}}"#, "tokenizer.json:1:20: the model `Unigram`"),
    (
      #"{"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}, "normalizer": {"type": "NFKC"}}"#,
      "tokenizer.json: the vocabulary lacks `[CLS]`"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "pre_tokenizer": "#
        + #"{"type": "Metaspace"}}"#,
      "tokenizer.json:1:78: the pre-tokenizer `Metaspace` is not supported"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}}"#,
      "tokenizer.json:1:71: the setting `dropout` is not supported"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "post_processor": "#
        + #"{"type": "BertProcessing", "cls": ["[CLS]", 7], "sep": ["[SEP]", 0]}}"#,
      "tokenizer.json:1:79: `[CLS]` has id 7, which the vocabulary lacks"
    ),
  ])
  func wholeFiles(_ content: String, _ expected: String) throws {
    let complaint = try #require(try complaint(["tokenizer.json": content]))
    #expect(complaint.hasPrefix(expected), "\(complaint)")
  }

  @Test func settings() throws {
    var files = SmallTokenizers.wordPiece
    files["tokenizer_config.json"] = "{\n\"do_lower_case\": 1}"
    #expect(
      try complaint(files) == "tokenizer_config.json:2:18: `do_lower_case` must be true or false")
    files["tokenizer_config.json"] = String(repeating: "[", count: 200)
    #expect(try #require(try complaint(files)).contains("too many settings"))
    files["tokenizer_config.json"] = #"{"model_max_length": 1e30}"#
    #expect(try TokenizerFolder(files).tokenizer().maximumLength == nil)
  }

  /// A `tokenizer.json` with everything that is read of one.
  static let whole = """
    {"version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]"},
      {"id": 9, "content": "<o>", "special": true}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
      "strip_accents": null, "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2]}, "[SEP]": {"id": "[SEP]", "ids": [3]}}},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "max_input_chars_per_word": 5,
      "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "kolo": 4, "love": 5, "##s": 6}}}
    """

  @Test func wholeFileWorks() throws {
    let tokenizer = try TokenizerFolder(["tokenizer.json": Self.whole]).tokenizer()
    #expect(tokenizer.vocabularySize == 10)
    #expect(tokenizer.piece(9) == "<o>")
    #expect(tokenizer.piece(8) == nil)
    #expect(tokenizer.isControl(9))
    #expect(tokenizer.encode(words: ["Kolo", "loves", "kolokol"]).ids == [2, 4, 5, 6, 1, 3])
    #expect(tokenizer.encode(words: ["kolo"], and: ["love"]).typeIDs == [0, 1])
  }
}
