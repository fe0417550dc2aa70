import Foundation
import TestSupport
import Testing

/// What is said of words, files and rectangles that an expert does not look at.
@Suite("What is not looked at", .enabled(if: Program.isBuilt, "the program is not built"))
struct UnreadWordsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func show(_ data: String, _ post: String, _ options: String...) throws -> Program.Result {
    try Program.run(["show", data, post, "--models", SampleModelsTests.models] + options)
  }

  @Test("words behind the encoder's end have no tags, and a sentence says so")
  func beyondTheEncoder() throws {
    let words = (0..<200).map { _ in "\"word\"" } + ["\"Jasper\""]
    let data = try folder.write(
      "{\"id\":\"long\",\"tokens\":[\(words.joined(separator: ","))],\"mentions\":[]}\n",
      "long.jsonl")
    let told = try show(data, "long", "--system", "hvpnet,umt,maf,imm")
    #expect(told.status == 0)
    for expert in ["hvpnet", "umt", "maf", "imm"] {
      #expect(
        (told.output + told.errors).contains(
          try Regex("\(expert) read the first \\d+ of 201 words")), "\(expert)")
    }
    let last = try #require(told.output.split(separator: "\n").first { $0.contains("Jasper") })
    #expect(last.contains("not read") && !told.output.contains("nan"), "\(last)")
    let json = try show(data, "long", "--system", "hvpnet", "--json").output
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect("\(object?["notices"] ?? "")".contains("read the first"))
    #expect(!json.contains("nan"))
  }

  @Test("files of regions that nobody reads are named, and so are rectangles beyond the slots")
  func regions() throws {
    let data = SampleModelsTests.data
    let boxes = try folder.write(
      #"{"test-00055_crop_1.jpg": [0.5, 0.5, 0.4, 0.4, 400]}"#, "boxes.json")
    let told = try show(data, "test-00055", "--system", "mtb,focalmre", "--boxes", boxes)
    #expect(
      (told.output + told.errors).contains(
        "--boxes changes nothing: none of mtb, focalmre was trained with regions from files"),
      "\(told.errors)")
    let rectangles = (0..<8).flatMap { ["--region", "\($0),0,40,40"] }
    let result = try Program.run(
      ["show", data, "test-00055", "--models", SampleModelsTests.models, "--system", "focalmre"]
        + rectangles)
    #expect(result.status != 0 && result.errors.contains("at most 7 regions are looked at"))
  }
}
