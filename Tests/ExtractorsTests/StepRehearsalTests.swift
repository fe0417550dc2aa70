import Testing

@testable import Extractors

/// The steps that `twinlens bench steps` measures.
@Suite("Rehearsed training steps") struct StepRehearsalTests {
  @Test func everySystemAndItsEncodersMakeSteps() throws {
    #expect(StepRehearsal.all.count == 5)
    for (name, make) in StepRehearsal.all {
      let rehearsal = make(.tiny)
      #expect(rehearsal.system == name)
      try rehearsal.whole()
      try rehearsal.whole()
      try rehearsal.alone()
    }
  }
}
