import Testing

@testable import Queries

/// The file of saved queries, which anybody may have written; completion; the table of the manual.
@Suite("Saved queries, completion, manual") struct SavedQueriesTests {
  @Test func whatIsWrittenIsReadAgain() throws {
    let queries = [
      SavedQuery("b-1", #"label:PER "St Mary" /a\b/"#), SavedQuery("a", "tab\there \u{1} é 👨‍👩‍👧"),
      SavedQuery("_", "-by:ada sort:-time"),
    ]
    let text = SavedQueriesText.written(queries)
    let read = try SavedQueriesText.read(text)
    #expect(read == queries.sorted { $0.name < $1.name })
    #expect(text.hasPrefix("# "))
  }

  @Test func whatCannotBeUsedStaysWithItsReason() throws {
    let long = String(repeating: "a ", count: 1_001)
    let read = try SavedQueriesText.read("x = \"colour:y\"\nlong = \"\(long)\"\nz = \"tide\"")
    #expect(read.map(\.name) == ["long", "x", "z"])
    #expect(read[0].problem == "has 2002 characters, more than 2000")
    #expect(read[1].problem?.contains("there is no field colour:") == true)
    let saved = SavedQueries(own: read)
    #expect(saved.texts == ["z": "tide"])
    #expect(SavedQueriesText.written(read).contains("colour:y"), "nothing is lost by saving")
  }

  @Test(
    arguments: [
      ("a = 3", 0, "no query in quotes"), ("\"a b\" = \"x\"", 0, "letters, digits"),
      ("[a]\nb = \"x\"", 0, "no query in quotes"), ("a = \"x\"\na = \"y\"", 2, "redefine"),
      ("a = ", 1, "a value is missing"),
      (
        (0...SavedQueries.most).map { "q\($0) = \"x\"" }.joined(separator: "\n"), 0, "more than 500"
      ),
    ] as [(String, Int, String)])
  func whatIsNoListIsRefused(_ text: String, _ line: Int, _ words: String) throws {
    do throws(SavedQueriesError) {
      _ = try SavedQueriesText.read(text)
      Issue.record("it was read")
    } catch {
      #expect(error.line == line)
      #expect(error.reason.contains(words))
    }
  }

  @Test func ownQueriesCountBeforeTheDatasets() {
    let saved = SavedQueries(
      own: [SavedQuery("b", "mine")], shared: [SavedQuery("b", "theirs"), SavedQuery("a", "tide")])
    #expect(saved.all.map(\.text) == ["tide", "mine"])
    #expect(saved.texts == ["a": "tide", "b": "mine"])
  }

  @Test(arguments: [
    ("sta", ["state:untouched", "state:suggested"]), ("-(sta", ["-(state:untouched"]),
    ("label:p", ["label:PER"]), ("LABEL:p", ["LABEL:PER"]), ("label:w", ["label:\"Work Of Art\""]),
    ("b", ["by:"]), ("@", ["@calm"]), ("@x", []), ("sort:-p", ["sort:-p"]),
    ("is:d", ["is:different"]),
    ("irr", ["irregular"]), ("kind:", []), ("re", ["relation:"]),
  ])
  func tabOffers(_ word: String, _ first: [String]) {
    let found = QueryCompletion.candidates(of: word, saved: ["calm"]) { field in
      switch field.values {
      case .words(let words), .text(let words), .range(_, let words): words
      case .types: ["PER", "LOC", "Work Of Art"]
      default: []
      }
    }
    #expect(Array(found.prefix(first.count)) == first && found.isEmpty == first.isEmpty)
  }

  /// Every example of the manual's table is a query, and every field is in it.
  @Test func theTableTellsWhatIsRead() throws {
    let table = QueryTable.markdown()
    for field in QueryField.all {
      for example in field.examples {
        _ = try Query.parse(example)
        #expect(example.hasPrefix(field.name) || field.aliases.contains { example.hasPrefix($0) })
        #expect(table.contains("`\(example)`"))
      }
    }
    for name in QueryField.allNames { #expect(QueryField.named(name.uppercased()) != nil) }
    #expect(Set(QueryField.allNames.map { $0.lowercased() }).count == QueryField.allNames.count)
    for order in Query.Order.Key.allCases { #expect(table.contains("`sort:\(order.rawValue)`")) }
    // A line break, or a bar outside code, would end a cell.
    for line in table.split(separator: "\n") { #expect(line.hasPrefix("|") && line.hasSuffix("|")) }
  }
}
