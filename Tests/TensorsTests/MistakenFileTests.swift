import Files
import Foundation
import Tensors
import Testing

@Suite struct MistakenFileTests {
  @Test func pointersAndPagesAreNamedAsWeights() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    for (text, word) in [(pointer, "git lfs pull"), ("<!DOCTYPE html><html>", "web page")] {
      #expect {
        try Safetensors(data: Data(text.utf8), path: "model.safetensors")
      } throws: {
        "\($0)".contains("model.safetensors") && "\($0)".contains(word)
      }
    }
  }

  @Test func otherBeginningsAreNone() {
    for text in ["", "version 1", "{\"a\": 1}", "html", "<svg"] {
      #expect(MistakenFile(beginning: Array(text.utf8)) == nil)
    }
  }
}
