import Encoders
import Foundation
import Testing

@testable import Extractors

/// What a folder is, and which option takes it.
@Suite("Contents of folders") struct FolderContentsTests {
  private func withFolders(_ body: (String) throws -> Void) throws {
    let place = NSTemporaryDirectory() + "contents-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: place) }
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try body(place)
  }

  /// A folder whose `config.json` has this text.
  private func make(_ place: String, _ name: String, _ text: String) throws -> String {
    let folder = place + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    return folder
  }

  @Test func everyKindIsTold() throws {
    try withFolders { place in
      #expect(FolderContents(place + "/none") == .nothing("does not exist"))
      let empty = place + "/empty"
      try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
      #expect(FolderContents(empty) == .nothing("has no config.json"))
      let cases: [(String, FolderContents)] = [
        (#"{"system": "resnet"}"#, .pictureEncoder),
        (#"{"system": "dual-encoder"}"#, .dualEncoder),
        (#"{"system": "riva"}"#, .expert(system: "riva", holdsEncoder: false)),
        (#"{"system": "rds", "textExpert": "a", "multimodalExpert": "b"}"#, .router),
        (#"{"system": "other"}"#, .unknown(system: "other")),
      ]
      for (i, (text, wanted)) in cases.enumerated() {
        #expect(FolderContents(try make(place, "m\(i)", text)) == wanted, "\(text)")
      }
      #expect(FolderContents(place) == .models(["m0", "m1", "m2", "m3", "m4"]))
      for text in ["{", "[]", #"{"model_type": "bert"}"#, #"{"model_type": 3}"#] {
        guard case .damaged = FolderContents(try make(place, "broken", text)) else {
          Issue.record("\(text) is not damaged")
          continue
        }
      }
    }
    try TinyEncoder.withFolder { folder in
      #expect(FolderContents(folder) == .encoder(kind: "bert"))
      #expect(FolderOption.encoder.takes(FolderContents(folder)))
    }
  }

  @Test func everyOptionTakesItsOwnKinds() {
    let bert = FolderContents.encoder(kind: "bert")
    let kinds: [(FolderContents, [FolderOption])] = [
      (bert, [.encoder]), (.encoder(kind: "roberta"), [.encoder]),
      (.expert(system: "bert-crf", holdsEncoder: true), [.encoder]),
      (.expert(system: "riva", holdsEncoder: false), []), (.pictureEncoder, [.pictures]),
      (.dualEncoder, [.pictures, .dual]), (.encoder(kind: "clip"), [.pictures, .dual]),
      (.encoder(kind: "vit"), [.pictures]), (.encoder(kind: "resnet"), [.pictures]),
      (.encoder(kind: "clip_text_model"), []), (.router, []), (.models(["a"]), []),
      (.nothing("does not exist"), []), (.damaged("it broke"), []), (.unknown(system: "x"), []),
    ]
    for (contents, options) in kinds {
      #expect(FolderOption.allCases.filter { $0.takes(contents) } == options, "\(contents)")
    }
    // A frozen network is no transformer.
    #expect(!FolderOption.pictures.takes(.encoder(kind: "vit"), tower: false))
    #expect(!FolderOption.pictures.takes(.encoder(kind: "clip"), tower: false))
  }

  @Test func aRefusalNamesOptionCauseAndRemedy() throws {
    try withFolders { place in
      let dual = try make(place, "clip", #"{"system": "dual-encoder"}"#)
      let message = try #require(
        throws: FolderOptionError.self, performing: { try FolderOption.encoder.check(dual) }
      ).description
      #expect(message.hasPrefix("--encoder \(dual) is a dual encoder of text and picture; "))
      #expect(message.contains("takes a pretrained BERT or RoBERTa"))
      #expect(message.hasSuffix("is given with --pictures"))
      // What is wrong inside is told with the option, too, and an absent option is no mistake.
      let broken = try #require(
        throws: FolderOptionError.self,
        performing: {
          try FolderOption.dual.opening(dual) { folder in
            throw ModelFolderError(folder: folder, problem: "has lost its weights")
          }
        }
      ).description
      #expect(broken.hasPrefix("--dual \(dual) cannot be used: the model folder \(dual) has lost"))
      try FolderOption.dual.check(nil)
      try FolderOption.dual.check(dual)
    }
  }
}
