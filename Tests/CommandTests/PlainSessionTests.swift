import Annotations
import Benchmarks
import Corpora
import Foundation
import TestSupport
import Testing

@testable import Services

@Suite("The workbench line by line", .enabled(if: Program.isBuilt, "the program is not built"))
struct PlainSessionTests {
  /// Runs `--plain` with lines from a pipe, as a person would write it in a shell.
  private func run(
    _ lines: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Program.Result {
    let folder = try TemporaryFolder()
    let input = try folder.write(lines, "lines")
    let (output, errors) = (folder.path + "/out", folder.path + "/err")
    var all = ProcessInfo.processInfo.environment
    all["TWINLENS_SHARE"] = Program.withoutSamples
    all["USER"] = "tester"
    all["LC_ALL"] = "C.UTF-8"
    all.merge(environment) { $1 }
    let child = try Child(
      "/bin/sh", ["-c", "cat \"$0\" | \"$@\"", input, Program.path ?? "", "open"] + arguments,
      output: output, errors: errors, environment: all)
    let status = child.wait()
    return Program.Result(
      status: status, output: try Program.text(output), errors: try Program.text(errors))
  }

  @Test("lines from a pipe change, accept and save, and the end of input is the end")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    for last in ["q\n", "", "q"] {
      let store = folder.path + "/\(last.count).sqlite"
      let result = try run(
        "w\nO\n:accept\n" + last, [data, "--plain", "--store", store, "--no-models"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.output.contains("Text: 0 Ada, 1 sees, 2 the, 3 Gull, 4 from, 5 Pier, 6 Nine"))
      #expect(result.output.contains("LOC → ORG on 'Pier Nine'"))
      #expect(result.output.contains("Saved, edit 2."))
      #expect(result.output.hasSuffix("Everything is saved.\n"))
      let log = try Program.run(["annotations", "log", data, "--store", store])
      #expect(log.output.contains("LOC → ORG on 'Pier Nine'") && log.output.contains("accept"))
    }
  }

  @Test("the same lines print the same, with models and training")
  func determinism() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 12)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let lines =
      String(repeating: "Enter\n", count: 14) + "t\n/label:PER\nG\ne\n#\n?\nq\n"
    func output(_ name: String) throws -> String {
      let result = try run(
        lines, [data, "--plain", "--models", models, "--store", folder.path + "/" + name])
      #expect(result.status == 0, "\(result.errors)")
      return result.output.replacingOccurrences(of: name, with: "store")
    }
    let first = try output("one.sqlite")
    #expect(first == (try output("two.sqlite")))
    for words in [
      "bilstm-crf PER", "riva", "Route: ", "A new router waits", "that match label:PER",
    ] {
      #expect(first.contains(words), "\(words) is missing")
    }
    #expect(!first.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test("a C locale gets ASCII and nothing else")
  func ascii() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let store = folder.path + "/store.sqlite"
    let result = try run(
      "w\nO\n?\nG\nq\n", [data, "--plain", "--store", store, "--no-models"],
      environment: ["LC_ALL": "C"])
    #expect(result.status == 0)
    #expect(result.output.contains("LOC -> ORG on 'Pier Nine'"))
    #expect(result.output.allSatisfy { $0.isASCII })
  }

  @Test("a line that is refused is told, the others are done, and the status says so")
  func refusal() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let store = folder.path + "/store.sqlite"
    let result = try run(
      "wrong\nw\nO\nq\n", [data, "--plain", "--store", store, "--no-models"])
    #expect(result.status != 0)
    #expect(result.output.contains("no key \"wrong\"") && result.output.contains("Saved, edit 1."))
    #expect(result.errors.contains("1 line was refused"))
    let long = try run(
      String(repeating: "x", count: 200_000) + "\nj\nq\n",
      [data, "--plain", "--store", folder.path + "/other.sqlite", "--no-models"])
    #expect(long.output.contains("this line is too long") && long.output.contains("Post 2 of 6"))
    #expect(long.status != 0)
  }

  @Test("what could not be saved makes the status")
  func notSaved() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    // The store's file is gone before the first edit, as with `git clean`.
    let store = folder.path + "/gone/store.sqlite"
    try FileManager.default.createDirectory(
      atPath: folder.path + "/gone", withIntermediateDirectories: true)
    let input = folder.path + "/fifo"
    #expect(mkfifo(input, 0o600) == 0)
    let (output, errors) = (folder.path + "/out", folder.path + "/err")
    var all = ProcessInfo.processInfo.environment
    all["TWINLENS_SHARE"] = Program.withoutSamples
    let child = try Child(
      "/bin/sh",
      [
        "-c", "\"$@\" < \"$0\"", input, Program.path ?? "", "open", data, "--plain", "--no-models",
        "--store", store,
      ],
      output: output, errors: errors, environment: all)
    let writer = try #require(FileHandle(forWritingAtPath: input))
    func wait(for text: String) -> Bool {
      for _ in 0..<600 {
        if (try? Program.text(output))?.contains(text) == true { return true }
        usleep(50_000)
      }
      return false
    }
    #expect(wait(for: "Post 1 of 6"))
    try FileManager.default.removeItem(atPath: folder.path + "/gone")
    writer.write(Data("O\n".utf8))
    #expect(wait(for: "NOT SAVED"))
    try writer.close()
    #expect(child.wait() != 0)
    #expect(try Program.text(errors).contains("NOT SAVED"))
    #expect(try !Program.text(output).hasSuffix("Everything is saved.\n"))
  }

  @Test("a dumb terminal gets lines without being asked, and no control sequence")
  func dumb() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite", "--no-models"], columns: 80, rows: 24,
      adding: ["TERM": "dumb"])
    #expect(terminal.read(seconds: 60) { $0.hasWritten("Post 1 of 6") })
    terminal.type("j\n")
    #expect(terminal.read(seconds: 30) { $0.hasWritten("Post 2 of 6") })
    terminal.type("q\n")
    #expect(terminal.read(seconds: 30) { !$0.child.isRunning })
    #expect(terminal.child.wait() == 0)
    #expect(!terminal.output.contains(0x1B))
  }

  @Test("a script and lines exclude each other")
  func exclusion() throws {
    let result = try Program.run(["open", "--plain", "--script", "x"])
    #expect(result.status != 0 && result.errors.contains("exclude each other"))
  }
}

@Suite struct LineInputTests {
  private func lines(_ bytes: [UInt8]) throws -> [LineInput.Line] {
    let folder = try TemporaryFolder()
    let file = folder.path + "/lines"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let descriptor = open(file, O_RDONLY)
    defer { close(descriptor) }
    var input = LineInput(descriptor)
    var lines: [LineInput.Line] = []
    while let line = input.next() { lines.append(line) }
    return lines
  }

  @Test func linesEndAtTheirFeeds() throws {
    #expect(try lines([]) == [])
    #expect(try lines(Array("a\n\nb".utf8)) == [.text("a"), .text(""), .text("b")])
    #expect(try lines(Array("ä\r\n".utf8)) == [.text("ä\r")])
    #expect(try lines([0xFF, 0x0A]) == [.text("\u{FFFD}")])
  }

  @Test func longLinesArePassedOver() throws {
    let long = [UInt8](repeating: 0x78, count: 5 * LineInput.longest)
    #expect(try lines(long + Array("\nj\n".utf8)) == [.tooLong, .text("j")])
    #expect(try lines(Array("j\n".utf8) + long) == [.text("j"), .tooLong])
    let most = [UInt8](repeating: 0x78, count: LineInput.longest)
    #expect(try lines(most + [0x0A]) == [.text(String(repeating: "x", count: LineInput.longest))])
    #expect(try lines(most + [0x78, 0x0A]) == [.tooLong])
  }
}
