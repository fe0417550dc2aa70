import Studies
import Testing

struct MarkedSectionTests {
  @Test func sectionsStandBesideEachOther() {
    var document = MarkedSection("a", "one").document(replacing: "")
    document = MarkedSection("b", "two\n").document(replacing: document)
    document = MarkedSection("a", "three").document(replacing: "Head\n\n" + document)
    #expect(
      document == """
        Head

        <!-- a -->

        three

        <!-- /a -->

        <!-- b -->

        two

        <!-- /b -->

        """)
    #expect(MarkedSection("b", "two").document(replacing: document) == document)
  }
}
