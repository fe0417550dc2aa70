import Corpora
import Foundation
import Testing

/// `twinlens predict -` as people use it: in a pipe.
@Suite("predict -", .enabled(if: Program.isBuilt, "the program is not built"))
struct StreamCommandTests {
  static let samples = FileManager.default.currentDirectoryPath + "/Samples"

  private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  /// A small dataset with its models: a missing picture, a broken one, words with escapes.
  private func place(more: Int = 0) throws -> (folder: TemporaryFolder, data: String) {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: more)
    _ = try SmallModels.make(for: try Dataset.open(data), in: folder)
    return (folder, data)
  }

  private static let predict = "twinlens predict - --models models --pictures data"

  @Test("answers are those of predict FILE, post by post, with their notices")
  func sameAsFile() throws {
    let (folder, _) = try place(more: 20)
    let file = try Program.shell(
      "twinlens predict data --models models --out out > /dev/null && cat out/predictions.jsonl",
      in: folder)
    let stream = try Program.shell("\(Self.predict) < data/train.jsonl", in: folder)
    #expect(file.status == 0, "\(file.errors)")
    #expect(stream.status == 0, "\(stream.errors)")
    let expected = lines(file.output.replacing("\"split\":\"train\",", with: ""))
    #expect(expected.count == 26)
    #expect(lines(stream.output) == expected)
    #expect(expected[3].contains("\"notice\":\"the picture is not there\""))
    #expect(expected[4].contains("\"notice\":\"the picture cannot be decoded"))
    #expect(!stream.output.contains("\u{1B}"))
    #expect(!stream.output.contains(folder.path))
  }

  @Test(
    "answers of the sample are those of predict FILE",
    arguments: [("ner", "router"), ("re", "router"), ("ner", "text")])
  func sample(task: String, by: String) throws {
    let folder = try TemporaryFolder()
    let data = Self.samples + "/harbor"
    // Two tenths of the posts; make bench goes through all of them.
    let asked = "--models '\(Self.samples)/models' --task \(task) --by \(by)"
    let made = try Program.shell(
      """
      mkdir part && head -n 60 '\(data)/test.jsonl' > part/test.jsonl &&
      twinlens predict part --images '\(data)/images' \(asked) --out out > /dev/null &&
      cat out/predictions.jsonl
      """, in: folder)
    let stream = try Program.shell(
      "twinlens predict - --pictures '\(data)' \(asked) < part/test.jsonl", in: folder)
    #expect(made.status == 0, "\(made.errors)")
    #expect(stream.status == 0, "\(stream.errors)")
    #expect(lines(stream.output).count == 60)
    #expect(
      lines(stream.output) == lines(made.output.replacing("\"split\":\"test\",", with: "")))
  }

  @Test("the bytes do not depend on the threads or on the records beside")
  func threads() throws {
    let (folder, _) = try place(more: 10)
    let whole = try Program.shell("\(Self.predict) < data/train.jsonl", in: folder)
    for threads in ["1", "3"] {
      let other = try Program.shell(
        "\(Self.predict) < data/train.jsonl", in: folder,
        environment: ["TWINLENS_THREADS": threads])
      #expect(other.output == whole.output)
    }
    let turned = try Program.shell(
      "tac data/train.jsonl | \(Self.predict) | tac; head -n 1 data/train.jsonl | \(Self.predict)",
      in: folder)
    #expect(lines(turned.output) == lines(whole.output) + [lines(whole.output)[0]])
  }

  @Test("a shard, base64 and members of a shard give what paths give")
  func shards() throws {
    let (folder, _) = try place()
    let made = try Program.shell(
      """
      set -e
      mkdir shard && cd data && i=0 && while read -r record; do
        printf '%s' "$record" > "../shard/00$i.json"
        for f in images/p$i.*; do [ -e "$f" ] && cp "$f" "../shard/00$i.${f##*.}"; done
        i=$((i+1))
      done < train.jsonl; cd ../shard
      tar cf ../s.tar --sort=name *; tar cf ../pax.tar --format=pax --sort=name *; cd ..
      sed -e 's/"image":"p0"/"image":"s.tar:000.png"/' \
        -e "s|\\"image\\":\\"p1\\"|\\"image_base64\\":\\"$(base64 -w0 data/images/p1.png)\\"|" \
        data/train.jsonl > named.jsonl
      mkdir -p both && cp -r data/images s.tar both/
      \(Self.predict) < data/train.jsonl > paths.out
      twinlens predict s.tar --models models > shard.out
      twinlens predict - --models models < pax.tar > pax.out
      twinlens predict - --models models --pictures both < named.jsonl > named.out
      cmp shard.out pax.out
      for n in 0 1 2 3 4 5 6; do
        twinlens predict s.tar --models models --resume $n | cmp - <(tail -n +$((n+1)) shard.out)
      done
      cmp named.out paths.out
      """, in: folder)
    #expect(made.status == 0, "\(made.errors)")
    let paths = lines(try Program.text(folder.path + "/paths.out"))
    let shard = lines(try Program.text(folder.path + "/shard.out"))
    // The third picture is missing there as here, though here nothing names it.
    #expect(paths.count == 6)
    for (i, line) in shard.enumerated() where i != 3 { #expect(line == paths[i]) }
  }

  @Test("resumed behind each record, what was there and what comes are the whole")
  func resume() throws {
    let (folder, _) = try place()
    let made = try Program.shell(
      """
      \(Self.predict) < data/train.jsonl > whole
      for n in 0 1 2 3 4 5 6; do
        head -n $n whole > part
        \(Self.predict) --resume $(wc -l < part) < data/train.jsonl >> part
        cmp whole part || exit 1
      done
      \(Self.predict) --resume 9 < data/train.jsonl
      """, in: folder)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.isEmpty)
    #expect(made.errors.contains("--resume 9 passes over more than there is: 6 records"))
  }

  @Test("a reader who has enough ends it quietly; bad records end nothing")
  func manners() throws {
    let (folder, _) = try place(more: 400)
    let head = try Program.shell(
      "\(Self.predict) < data/train.jsonl | head -n 1; echo ${PIPESTATUS[0]}", in: folder)
    #expect(lines(head.output).count == 2)
    #expect(lines(head.output).last == "141")
    #expect(head.errors.isEmpty, "\(head.errors)")
    let bad = try Program.shell(
      #"printf '{"id":"x"}\n{"tokens":["Ada"]}\n\n' | \#(Self.predict)"#, in: folder)
    #expect(bad.status == 0)
    #expect(lines(bad.output).count == 3)
    #expect(bad.errors.contains("2 of 3 records could not be answered"), "\(bad.errors)")
    #expect(bad.errors.contains("the first is line 1"))
    let full = try Program.shell("\(Self.predict) < data/train.jsonl > /dev/full", in: folder)
    #expect(full.status == 1)
    #expect(full.errors.contains("No space left"), "\(full.errors)")
  }

  @Test(
    "a signal ends it behind a whole record and says how to go on", arguments: [SIGINT, SIGTERM])
  func signals(_ signal: Int32) throws {
    let (folder, _) = try place()
    // Who writes goes on for ever; the signal comes once the first answers are there.
    let stopped = try Program.shell(
      """
      mkfifo records
      (while cat data/train.jsonl; do :; done > records 2> /dev/null) &
      '\(Program.path ?? "")' predict - --models models --pictures data < records > part 2> said &
      pid=$!
      while ! [ -s part ]; do sleep 0.05; done
      kill -\(signal) $pid
      wait $pid
      echo $?
      """, in: folder)
    #expect(stopped.output == "\(128 + signal)\n")
    let part = try Program.text(folder.path + "/part")
    #expect(part.last == "\n")
    let said = try Program.text(folder.path + "/said")
    #expect(said.contains("go on with --resume \(lines(part).count)"), "\(said)")
  }

  @Test("a line gets its answer before the next one comes")
  func prompt() throws {
    let (folder, _) = try place()
    let talked = try Program.shell(
      """
      coproc answers { '\(Program.path ?? "")' predict - --models models; }
      for word in Ada Tarn Mira; do
        printf '{"tokens":["%s"]}\\n' $word >&"${answers[1]}"
        read -r -t 60 line <&"${answers[0]}" || exit 1
        echo "$line"
      done
      """, in: folder)
    #expect(talked.status == 0, "\(talked.errors)")
    #expect(lines(talked.output).count == 3)
  }

  @Test("signals are those of show --json, within their bound")
  func withSignals() throws {
    let (folder, _) = try place()
    let made = try Program.shell(
      "head -n 1 data/train.jsonl | \(Self.predict) --with-signals; "
        + "twinlens show data post-0 --models models --json", in: folder)
    let (first, rest) = (
      try #require(made.output.split(separator: "\n", maxSplits: 1).first),
      try #require(made.output.split(separator: "\n", maxSplits: 1).last)
    )
    func object(_ text: Substring) throws -> NSDictionary {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }
    let signals = try #require(try object(first)["show"] as? NSDictionary)
    let shown = try object(rest)
    #expect(signals["experts"] as? NSArray == shown["experts"] as? NSArray)
    #expect(signals["route"] as? NSDictionary == shown["route"] as? NSDictionary)
    #expect(signals["leftOut"] as? NSArray == [])
  }

  @Test(
    "what a stream does not take is refused with the reason",
    arguments: [
      ("predict - --models models --out x", "--out is not for a stream"),
      ("predict - --models models --split dev", "records have no split"),
      ("predict data --models models", "needs --out"),
      ("predict data --models models --out x --resume 3", "answered as a whole"),
      ("predict - --models models --by nobody", "nobody"),
      ("predict - --models models --resume -1", "--resume"),
      ("predict - --models models --pictures none", "none"),
      ("predict - --models models --task re", "no text expert for the task re"),
    ])
  func refusals(_ arguments: String, words: String) throws {
    let (folder, _) = try place()
    let refused = try Program.shell("twinlens \(arguments) < data/train.jsonl", in: folder)
    #expect(refused.status != 0)
    #expect(refused.output.isEmpty)
    #expect(refused.errors.contains(words), "\(refused.errors)")
  }
}
