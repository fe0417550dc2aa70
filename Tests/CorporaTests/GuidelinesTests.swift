import Foundation
import Testing

@testable import Corpora

/// What `dataset.toml` tells annotators of its labels.
@Suite struct GuidelinesTests {
  private let posts = "IMGID:1\na\tB-PER\nb\tB-OTHER\n"

  private func open(_ settings: String, file: String? = nil, in folder: String) throws -> Dataset {
    try write(posts, to: "\(folder)/train.txt")
    try write(settings, to: "\(folder)/dataset.toml")
    if let file { try write(file, to: "\(folder)/guidelines.md") }
    return try Dataset.open(folder)
  }

  @Test func aTableHasATextForEachLabel() throws {
    try withFolder { folder in
      let dataset = try open(
        """
        relations = ["None", "works_for"]
        [guidelines]
        general = "Names only."
        PER = \"\"\"

          People.
          No gods.
        \"\"\"
        OTHER = "Boats."
        works_for = "A job."
        LOC = " "
        PRE = "?"
        ORG = 7
        """, in: folder)
      let guidelines = dataset.guidelines
      #expect(guidelines.general == "Names only.")
      #expect(guidelines.text(of: "PER") == "People.\n  No gods.")
      #expect(guidelines.text(of: "MISC") == "Boats.", "OTHER is another spelling of MISC")
      #expect(guidelines.text(of: "works_for") == "A job.")
      #expect(guidelines.text(of: "LOC") == nil && guidelines.text(of: "PRE") == nil)
      #expect(guidelines.labels == ["MISC", "PER", "works_for"])
      let findings = dataset.findings.map(\.description)
      #expect(findings.count == 2)
      #expect(findings.contains { $0.contains("guidelines: ORG must be a string") })
      #expect(
        findings.contains {
          $0.contains("guidelines: PRE is no label of this dataset; types are PER LOC ORG MISC")
        })
    }
  }

  /// Posts without a pair have no relations; what is said of some is kept all the same.
  @Test func relationsNeedNoPair() throws {
    try withFolder { folder in
      let dataset = try open(
        "[guidelines]\n\"/per/org/member_of\" = \"A club.\"\nNone = \"No link.\"\n", in: folder)
      #expect(dataset.relationLabels.isEmpty && dataset.findings.isEmpty)
      #expect(dataset.guidelines.text(of: "/per/org/member_of") == "A club.")
      #expect(dataset.guidelines.text(of: "None") == "No link.")
    }
  }

  @Test func aMarkdownFileHasASectionForEachLabel() throws {
    try withFolder { folder in
      let dataset = try open(
        "guidelines = \"guidelines.md\"\n",
        file: """
          # How to label

          All names.

          ## `PER`: people
          Ada, not her dog.

          ## LOC
          ## Last words
          Have a break.
          #hashtag
          """, in: folder)
      #expect(dataset.findings.isEmpty, "the file is no dataset file: \(dataset.findings)")
      #expect(dataset.files.map(\.name) == ["train.txt"])
      #expect(
        dataset.guidelines.general
          == "# How to label\n\nAll names.\n\n## Last words\nHave a break.\n#hashtag")
      #expect(dataset.guidelines.text(of: "PER") == "Ada, not her dog.")
      #expect(dataset.guidelines.labels == ["PER"], "an empty section says nothing")
    }
  }

  @Test func aFileMustBeInTheFolderAndSmall() throws {
    try withFolder { outer in
      let folder = "\(outer)/data"
      try write("secret", to: "\(outer)/secret.md")
      let away = try open("guidelines = \"../secret.md\"\n", in: folder)
      #expect(away.guidelines.isEmpty)
      #expect(away.findings.contains { $0.description.contains("leaves the dataset's folder") })
      let gone = try open("guidelines = \"guidelines.md\"\n", in: folder)
      #expect(gone.guidelines.isEmpty && gone.findings.count == 1)
      symlink("../secret.md", "\(folder)/guidelines.md")
      let linked = try Dataset.open(folder)
      #expect(linked.guidelines.isEmpty)
      #expect(linked.findings.contains { $0.description.contains("a link out of") })
      unlink("\(folder)/guidelines.md")
      let long = try open(
        "guidelines = \"guidelines.md\"\n",
        file: String(repeating: "x", count: Guidelines.mostOfFile + 1), in: folder)
      #expect(long.guidelines.isEmpty && long.findings.count == 1)
    }
  }

  @Test func aTextHasAnEnd() throws {
    try withFolder { folder in
      let dataset = try open(
        "[guidelines]\nPER = \"\(String(repeating: "é", count: Guidelines.mostOfText))\"\n",
        in: folder)
      let text = try #require(dataset.guidelines.text(of: "PER"))
      #expect(text.utf8.count == Guidelines.mostOfText && text.allSatisfy { $0 == "é" })
      #expect(dataset.findings.map(\.description).contains { $0.contains("the end of PER") })
    }
  }

  @Test func aSentenceIsForTheWholeDataset() throws {
    try withFolder { folder in
      let dataset = try open("guidelines = \"See notes.md first.\"\n", in: folder)
      #expect(dataset.guidelines == Guidelines(general: "See notes.md first."))
      #expect(try open("guidelines = 3\n", in: folder).findings.count == 1)
    }
  }
}
