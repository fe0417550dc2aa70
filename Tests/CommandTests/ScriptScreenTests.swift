import Foundation
import Testing

/// What a key script draws follows the settings, as a terminal does.
@Suite("Screens of scripts") struct ScriptScreenTests {
  @Test func withoutUnicodeAFrameIsASCII() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write("wait\n", "keys")
    for size in ["80x24", "120x36"] {
      let run = try Program.run([
        data, "--no-models", "--script", script, "--size", size, "--graphics", "none",
        "--no-unicode",
      ])
      #expect(run.status == 0)
      let odd = run.output.unicodeScalars.filter { !$0.isASCII }
      #expect(odd.isEmpty, "\(size): \(String(String.UnicodeScalarView(odd)))")
    }
  }
}
