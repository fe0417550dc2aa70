import Foundation
import Testing

/// Reference folders beside the project.
private enum SharedFixtures {
  static let folder: String? = {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/" {
      url.deleteLastPathComponent()
      let candidate = url.appendingPathComponent("../shared/fixtures").standardizedFileURL
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate.path }
    }
    return nil
  }()
}

/// `twinlens models` and `twinlens tokenize` on the reference folders beside the project.
@Suite(
  "Models and tokenizers on the command line",
  .enabled(
    if: Program.isBuilt && SharedFixtures.folder != nil,
    "the program is not built, or ../shared/fixtures is absent"))
struct ModelsCommandTests {
  private var bert: String { (SharedFixtures.folder ?? "") + "/bert" }

  @Test func checkFollowsTheTolerance() throws {
    let good = try Program.run(["models", "check", bert])
    #expect(good.status == 0)
    #expect(good.output.contains("last_hidden_state [3, 12, 64] error "))
    let strict = try Program.run(["models", "check", bert, "--tolerance", "1e-9"])
    #expect(strict.status == 1)
    #expect(strict.output.contains("ABOVE"))
  }

  @Test func inspectSaysWhatAFolderHolds() throws {
    let result = try Program.run(["models", "inspect", bert])
    #expect(result.status == 0)
    #expect(result.output.contains("bert"))
    let json = try Program.run(["models", "inspect", bert, "--json"])
    #expect(json.status == 0)
    #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
  }

  @Test func importedFoldersComputeTheSame() throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/copy"
    let result = try Program.run(["models", "import", bert, "--out", out])
    #expect(result.status == 0)
    let again = try Program.run(
      ["models", "check", out, "--io", bert + "/io.safetensors"])
    #expect(again.status == 0)
    #expect(again.output == (try Program.run(["models", "check", bert])).output)
    #expect(FileManager.default.fileExists(atPath: out + "/provenance.json"))
  }

  @Test func damagedFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    let copy = folder.path + "/damaged"
    try FileManager.default.copyItem(atPath: bert, toPath: copy)
    try Data("short".utf8).write(to: URL(fileURLWithPath: copy + "/model.safetensors"))
    for command in ["inspect", "check"] {
      let result = try Program.run(["models", command, copy])
      #expect(result.status != 0, "\(command)")
      #expect((result.errors + result.output).contains("model.safetensors"), "\(command)")
    }
    let none = try Program.run(["models", "inspect", folder.path + "/nothing"])
    #expect(none.status != 0 && none.errors.contains("nothing"))
  }
}
