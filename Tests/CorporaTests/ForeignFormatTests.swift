import Foundation
import Testing

@testable import Corpora

/// Files as other tools write them, in all their versions.
@Suite struct ForeignFormatTests {
  private func open(_ text: String, as name: String, _ body: (Dataset) throws -> Void) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/\(name)")
      try body(try Dataset.open(folder))
    }
  }

  private func rewritten(_ dataset: Dataset, _ change: (inout Post) -> Void) throws -> String {
    var post = dataset.posts[0]
    change(&post)
    return String(
      decoding: try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [post.id: post]
      ).bytes, as: UTF8.self)
  }

  private static let annAndTarn = [EntityMention(1..<2, .person), EntityMention(3..<4, .location)]

  /// Every version of doccano's lines is `🙂 Ann in Tarn.` with two mentions; the full stop, which
  /// no blank parts from its word, is cut off by the span.
  @Test(arguments: [
    #"{"id": 7, "text": "🙂 Ann in Tarn.", "labels": [[2, 5, "PER"], [9, 13, "LOC"]]}"#,
    #"{"id": 7, "text": "🙂 Ann in Tarn.", "label": [[9, 13, "LOC"], [2, 5, "PER"]], "Comments": []}"#,
    #"{"id":7,"text":"🙂 Ann in Tarn.","entities":[{"id":3,"label":"PER","start_offset":2,"end_offset":5},{"id":9,"label":"LOC","start_offset":9,"end_offset":13}],"relations":[]}"#,
    #"{"id":7,"text":"🙂 Ann in Tarn.","annotations":[{"label":"PER","start_offset":2,"end_offset":5,"user":1},{"label":"LOC","start_offset":9,"end_offset":13,"user":1}],"meta":{"image":"p"}}"#,
  ])
  func doccanoOfAllVersions(_ line: String) throws {
    try open(line + "\n", as: "train.jsonl") { dataset in
      #expect(dataset.files[0].format == .doccano && dataset.findings.isEmpty)
      let post = dataset.posts[0]
      #expect(post.id == "7" && post.tokens.map(\.text) == ["🙂", "Ann", "in", "Tarn", "."])
      #expect(post.mentions == Self.annAndTarn)
      #expect(post.imageID == (line.contains("image") ? "p" : nil))
      let moved = try rewritten(dataset) { $0.mentions[0] = EntityMention(0..<2, .person) }
      try open(moved, as: "train.jsonl") { again in
        #expect(again.posts[0].mentions.map(\.range) == [0..<2, 3..<4])
        #expect(again.posts[0].tokens.map(\.text) == post.tokens.map(\.text))
      }
    }
  }

  /// Labels without ids become entities on the line that gets a relation.
  @Test func doccanoGetsRelations() throws {
    let line = #"{"text":"Ann of Acme","label":[[0,3,"PER"],[7,11,"ORG"]],"x":1}"#
    try open(line, as: "train.jsonl") { dataset in
      let new = try rewritten(dataset) {
        $0.relations = [RelationMention(head: 0..<1, tail: 2..<3, label: "in")]
      }
      #expect(
        new == #"{"text":"Ann of Acme","label":[],"x":1,"entities":[{"id":0,"label":"PER","#
          + #""start_offset":0,"end_offset":3},{"id":1,"label":"ORG","start_offset":7,"#
          + #""end_offset":11}],"relations":[{"id":0,"from_id":0,"to_id":1,"type":"in"}]}"#)
    }
  }

  /// Ids that cannot be counted on from, and ids that are texts of digits.
  @Test(arguments: ["9223372036854775807", "-9223372036854775808", "\"007\"", "\"+5\"", "\"a\""])
  func doccanoTakesAnyId(_ id: String) throws {
    let line =
      #"{"text":"Ann of Acme","entities":[{"id":\#(id),"label":"PER","start_offset":0,"end_offset":3}],"#
      + #""relations":[{"id":\#(id),"from_id":\#(id),"to_id":\#(id),"type":"self"}]}"#
    try open(line, as: "train.jsonl") { dataset in
      let new = try rewritten(dataset) {
        $0.mentions = [EntityMention(0..<1, .location), EntityMention(2..<3, .organization)]
        $0.relations = [RelationMention(head: 0..<1, tail: 2..<3, label: "in")]
      }
      try open(new, as: "train.jsonl") { again in
        #expect(again.posts[0].mentions.map(\.type) == [.location, .organization], "\(new)")
        #expect(again.posts[0].relations.map(\.label) == ["in"], "\(new)")
      }
    }
  }

  /// A row whose label was not understood stays when the post's other labels change.
  @Test func rowsThatWereNotUnderstoodStay() throws {
    let table =
      "post,image,text,kind,label,start,end\np,,Ann went,mention,PER,0,1\np,,Ann went,comment,hi,,\n"
    try open(table, as: "train.csv") { dataset in
      guard dataset.posts.count == 1 else {
        Issue.record("\(dataset.posts.count) posts, \(dataset.findings)")
        return
      }
      let new = try rewritten(dataset) { $0.mentions = [EntityMention(0..<1, .location)] }
      #expect(new.contains("comment,hi") && new.contains("LOC") && !new.contains("PER"), "\(new)")
    }
  }

  @Test func doccanoKeepsIdsAndWhatItHasBesides() throws {
    let line =
      #"{"text":"Ann of Acme","entities":[{"id":4,"label":"PER","start_offset":0,"end_offset":3,"k":1},"#
      + #"{"id":5,"label":"X","start_offset":1,"end_offset":2},{"id":6,"label":"ORG","start_offset":7,"#
      + #""end_offset":99}],"relations":[{"id":2,"from_id":4,"to_id":4,"type":"self"}]}"#
    try open(line, as: "train.jsonl") { dataset in
      // One overlaps, one leaves the text; both stay in the file.
      #expect(dataset.findings.count == 2)
      #expect(dataset.posts[0].mentions.map(\.type.rawValue) == ["PER"])
      let new = try rewritten(dataset) {
        $0.mentions.append(EntityMention(4..<5, .organization))
        $0.relations.append(RelationMention(head: 0..<3, tail: 4..<5, label: "in"))
      }
      #expect(new.hasPrefix(String(line.prefix(while: { $0 != "]" }))))
      #expect(
        new.contains(#"{"id":7,"label":"ORG","start_offset":7,"end_offset":11}],"relations":["#))
      #expect(
        new.hasSuffix(
          #"{"id":2,"from_id":4,"to_id":4,"type":"self"},{"id":3,"from_id":4,"to_id":7,"type":"in"}]}"#
        ))
    }
  }

  /// Offsets of old versions count units of UTF-16; the text that each label repeats tells.
  @Test(arguments: [(2, 5, 9, 13), (3, 6, 10, 14)])
  func labelStudioOfAllVersions(_ a: Int, _ b: Int, _ c: Int, _ d: Int) throws {
    func item(_ id: String, _ start: Int, _ end: Int, _ text: String, _ label: String) -> String {
      #"{"id":"\#(id)","from_name":"ner","to_name":"doc","type":"labels","origin":"manual","#
        + #""value":{"start":\#(start),"end":\#(end),"text":"\#(text)","labels":["\#(label)"]}}"#
    }
    let items = item("x", a, b, "Ann", "PER") + ",\n" + item("y", c, d, "Tarn", "LOC")
    let text = """
      [
        {"id": 12, "data": {"text": "🙂 Ann in Tarn", "image": "/data/upload/3/9f-p%20q.jpg"},
         "annotations": [{"id": 1, "result": [\(items),
           {"type": "relation", "from_id": "y", "to_id": "x", "direction": "left", "labels": ["in"]},
           {"type": "choices", "value": {"choices": ["ok"]}}], "was_cancelled": false}],
         "predictions": []}
      ]
      """
    try open(text, as: "export.json") { dataset in
      #expect(dataset.findings.isEmpty && dataset.files[0].format == .labelStudio)
      let post = dataset.posts[0]
      #expect(post.id == "12" && post.imageID == "9f-p q.jpg" && post.mentions == Self.annAndTarn)
      #expect(post.relations == [RelationMention(head: 1..<2, tail: 3..<4, label: "in")])
      #expect(try rewritten(dataset) { _ in } == text)
      let new = try rewritten(dataset) {
        $0.mentions = [EntityMention(1..<2, .organization), EntityMention(2..<4, .location)]
      }
      // The unit of the file is kept, and so are the names of its interface and what is no label.
      #expect(new.contains(#""value":{"start":\#(a),"end":\#(b),"text":"Ann","labels":["ORG"]}"#))
      #expect(new.contains(#""value":{"start":\#(c - 3),"end":\#(d),"text":"in Tarn""#))
      #expect(new.contains(#""id":"x","from_name":"ner","to_name":"doc""#))
      #expect(new.contains(#"{"type": "choices", "value": {"choices": ["ok"]}}"#))
    }
  }

  /// Several tasks on a line are told apart; of several annotations one counts.
  @Test func labelStudioChoosesAnAnnotation() throws {
    func answer(_ label: String, _ more: String = "") -> String {
      #"{"result":[{"id":"a","from_name":"l","to_name":"t","type":"labels","value":{"start":0,"end":3,"text":"Ann","labels":["\#(label)"]}}]\#(more)}"#
    }
    func task(_ annotations: [String], _ predictions: [String] = []) -> String {
      #"{"data":{"tweet":"Ann left"},"annotations":[\#(annotations.joined(separator: ","))],"predictions":[\#(predictions.joined(separator: ","))]}"#
    }
    let tasks = [
      task([answer("A"), answer("B"), answer("C", #","was_cancelled":true"#)]),
      task([answer("A", #","ground_truth":true"#), answer("B")]),
      task([], [answer("P"), answer("Q")]), task([]),
      task([answer("C", #","was_cancelled":true"#)]),
    ]
    let text = "[" + tasks.joined(separator: ",") + "]"
    try open(text, as: "train.json") { dataset in
      #expect(
        dataset.posts.map { $0.mentions.map(\.type.rawValue).joined() } == ["B", "A", "Q", "", "C"])
      #expect(dataset.posts.map { $0.attributes["answer"] } == [nil, nil, nil, nil, "skipped"])
      #expect(Set(dataset.posts.map(\.id)).count == 5)
      var edited: [Post.ID: Post] = [:]
      for post in dataset.posts { edited[post.id] = post.with([EntityMention(1..<2, .person)]) }
      let bytes = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: edited).bytes
      let new = String(decoding: bytes, as: UTF8.self)
      // Predictions stay, and so does what nobody sees; what a person makes is an annotation.
      #expect(new.contains(answer("P")) && new.contains(answer("Q")))
      #expect(new.components(separatedBy: answer("B")).count == 2)
      try open(new, as: "train.json") { again in
        #expect(again.posts.allSatisfy { $0.mentions == [EntityMention(1..<2, .person)] })
      }
      let kept = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [:],
        keeping: [dataset.posts[1].id, dataset.posts[3].id]
      ).bytes
      #expect(String(decoding: kept, as: UTF8.self) == "[\(tasks[1]),\(tasks[3])]")
    }
  }

  @Test func prodigyWithoutTokensAndWithBareRelations() throws {
    let ner =
      #"{"text":"Ann, in Tarn","spans":[{"start":0,"end":3,"label":"PER"}],"answer":"accept"}"#
    let relations =
      #"{"text":"New Tarn sank","tokens":[{"text":"New","start":0,"end":3,"id":0},{"text":"Tarn","start":4,"end":8,"id":1},{"text":"sank","start":9,"end":13,"id":2}],"spans":[{"start":0,"end":8,"token_start":0,"token_end":1,"label":"LOC"}],"relations":[{"head":2,"child":1,"label":"SUBJ","color":"blue"}],"_input_hash":1,"answer":"reject"}"#
    try open(ner + "\n" + relations + "\n", as: "train.jsonl") { dataset in
      #expect(dataset.files[0].format == .prodigy && dataset.findings.isEmpty)
      #expect(dataset.posts[0].tokens.map(\.text) == ["Ann", ",", "in", "Tarn"])
      #expect(dataset.posts[0].mentions == [EntityMention(0..<1, .person)])
      #expect(dataset.posts[1].mentions == [EntityMention(0..<2, .location)])
      #expect(
        dataset.posts[1].relations == [RelationMention(head: 2..<3, tail: 0..<2, label: "SUBJ")])
      #expect(dataset.posts.map { $0.attributes["answer"] } == [nil, "reject"])
      var post = dataset.posts[1]
      post.mentions = [EntityMention(1..<2, .location)]
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [post.id: post]
      ).bytes
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      #expect(lines[0] == ner[...])
      #expect(
        lines[1].contains(
          #""spans":[{"start":4,"end":8,"token_start":1,"token_end":1,"label":"LOC"}]"#))
      #expect(lines[1].contains(#""child_span":{"start":0,"end":8,"token_start":0"#))
      #expect(lines[1].hasSuffix(#""_input_hash":1,"answer":"reject"}"#))
    }
  }

  @Test func tablesOfOthersHaveTheirColumnsInAnyOrder() throws {
    let text =
      "kind,mine,label,start,end,post,text\r\nmention,\"a,b\",PER,0,1,p,\"Ann \"\"x\"\"\"\r\n"
      + "mention,c,LOC,1,2,p,\"Ann \"\"x\"\"\"\r\n,d,,,,q,nothing\r\n"
    try open(text, as: "train.csv") { dataset in
      #expect(dataset.findings.isEmpty && dataset.posts.map(\.id) == ["p", "q"])
      #expect(dataset.posts[0].tokens.map(\.text) == ["Ann", "\"x\""])
      #expect(dataset.posts[0].mentions.map(\.type) == [.person, .location])
      let gone = try rewritten(dataset) { $0.mentions.removeFirst() }
      #expect(gone == text.replacing("mention,\"a,b\",PER,0,1,p,\"Ann \"\"x\"\"\"\r\n", with: ""))
      let bare = try rewritten(dataset) { $0.mentions = [] }
      #expect(
        bare
          == "kind,mine,label,start,end,post,text\r\n,c,,,,p,\"Ann \"\"x\"\"\"\r\n,d,,,,q,nothing\r\n"
      )
      let added = try rewritten(dataset) { $0.mentions = [EntityMention(0..<2, .miscellaneous)] }
      #expect(added.contains("mention,c,MISC,0,2,p,\"Ann \"\"x\"\"\"\r\n,d"))
      let kept = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: [:], keeping: ["q"]
      ).bytes
      #expect(
        String(decoding: kept, as: UTF8.self)
          == "kind,mine,label,start,end,post,text\r\n,d,,,,q,nothing\r\n")
    }
  }

  @Test func cellsAreReadAsOthersReadThem() {
    let text = "a,5\" b,\"x,\"\"y\"\"\n z\"\r\n\n\"\",\" \",c\"\"d"
    let rows = Array(text.utf8).withUnsafeBufferPointer { bytes in
      var rows: [[String?]] = []
      let table = CSVTable(bytes)
      table.forEachRow { row in
        rows.append(row.cells.map(table.text))
        return true
      }
      return rows
    }
    #expect(rows == [["a", "5\" b", "x,\"y\"\n z"], ["", " ", "c\"\"d"]])
    for word in ["", "a", "\"", "a,b", " a", "a\u{301}\"\u{301}", "x\ny", "\r"] {
      let cells = Array("\(CSVTable.cell(word)),k".utf8).withUnsafeBufferPointer { bytes in
        var cells: [String?] = []
        let table = CSVTable(bytes)
        table.forEachRow { row in
          cells = row.cells.map(table.text)
          return true
        }
        return cells
      }
      #expect(cells == [word, "k"])
    }
  }

  @Test(arguments: [
    ("a.jsonl", #"{"text":"Ann","label":[[0,"PER"]]}"#, "a.jsonl:1"),
    ("a.jsonl", #"{"text":"Ann","label":[[0,3,"PER"]],"label":[]}"#, "appears twice"),
    ("a.jsonl", #"{"text":3,"label":[]}"#, "a.jsonl:1"),
    ("a.jsonl", #"{"text":"   ","label":[]}"#, "has no words"),
    ("a.jsonl", #"{"text":"A","tokens":[{"text":"A","start":3,"end":1}],"spans":[]}"#, "in order"),
    ("a.json", #"[{"data":{"text":"Ann"}},{"data":{"text":"Ann"} "x"}]"#, "a.json:1"),
    ("a.json", #"[{"data":{"text":""}}]"#, "has no words"),
    ("a.csv", "post,text,kind,label,start,end\np,Ann,mention,PER,0,2\n", "within the 1 words"),
    ("a.csv", "post,text,kind,label,start,end\np,Ann,name,PER,0,1\n", "none of mention"),
    ("a.csv", "post,text,kind,label,start,end\np,Ann\n", "2 cells under 6 columns"),
  ])
  func whatIsWrongIsNamed(_ name: String, _ text: String, _ message: String) throws {
    try withFolder { folder in
      try write(text, to: "\(folder)/\(name)")
      let said: String
      do {
        said = try Dataset.open(folder).findings.map(\.description).joined(separator: "\n")
      } catch {
        said = "\(error)"
      }
      #expect(said.contains(message), "\(said)")
    }
  }

  /// Bytes at random places never stop the program, and an unedited file stays as it is.
  @Test(arguments: ["doccano.jsonl", "prodigy.jsonl", "label-studio.json", "csv.csv"])
  func damagedFilesAreReadOrRefused(_ name: String) throws {
    let whole = try contents("\(ExportFixtureTests.folder)/\(name)")
    try withFolder { folder in
      for step in stride(from: 0, to: whole.count, by: 41) {
        var bytes = whole
        bytes[step] = [0x22, 0x2C, 0x5D, 0xFF, 0x30][step % 5]
        if step % 3 == 0 { bytes.removeSubrange(step..<min(step + 9, bytes.count)) }
        try write(bytes, to: "\(folder)/\(name)")
        guard let dataset = try? Dataset.open(folder) else { continue }
        var edited: [Post.ID: Post] = [:]
        for post in dataset.posts { edited[post.id] = post.with([EntityMention(0..<1, .person)]) }
        let file = dataset.files[0]
        #expect(try DatasetWriter.bytes(of: file, in: dataset, edited: [:]).bytes == bytes)
        _ = try DatasetWriter.bytes(of: file, in: dataset, edited: edited)
      }
    }
  }
}
