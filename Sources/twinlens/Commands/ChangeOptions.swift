import ArgumentParser
import Extractors
import Inspection
import Reports
import Services

/// What `show` changes of a post: before and after stand side by side for every expert.
struct ChangeOptions: ParsableArguments {
  /// What can be left out.
  enum Part: String, CaseIterable, ExpressibleByArgument { case picture }

  @Option(help: "Leave out the picture.")
  var without: [Part] = []

  @Flag(help: "Show a picture of one colour, the mean of its own.")
  var blankPicture = false

  @Option(help: ArgumentHelp("Show the picture of another post.", valueName: "post"))
  var swapPicture: String?

  @Option(
    help: ArgumentHelp(
      "Cover a rectangle of the picture: LEFT,TOP,WIDTH,HEIGHT in hundredths. Can be given several times.",
      valueName: "rectangle"))
  var mask: [String] = []

  @Option(help: ArgumentHelp("Leave out words by their places, from 0: 3,5.", valueName: "places"))
  var drop: String?

  @Option(
    help: ArgumentHelp(
      "Another word in a place: 3=Paris. Can be given several times.", valueName: "place=word"))
  var edit: [String] = []

  @Option(
    help: ArgumentHelp(
      "Regions in place of those from files: LEFT,TOP,WIDTH,HEIGHT in hundredths. Can be given several times.",
      valueName: "rectangle"))
  var region: [String] = []

  @Option(
    help: ArgumentHelp(
      "A value at a tap of the experts: rgn/gate=0, vcn/attention=uniform. Can be given several times.",
      valueName: "tap=value"))
  var set: [String] = []

  @Flag(
    help: "Leave out every word and every region once: what each is worth to each expert.")
  var occlusion = false

  func changes() throws -> PostChanges {
    var result = PostChanges()
    result.occludes = occlusion
    // Words first: places are those of the post as it stands in the file.
    result.interventions += try edit.map { try ChangeText.edit($0) }
    if let drop { result.interventions.append(.dropWords(try ChangeText.words(drop))) }
    if !without.isEmpty { result.interventions.append(.withoutPicture) }
    if let swapPicture { result.interventions.append(.swapPicture(swapPicture)) }
    if blankPicture { result.interventions.append(.blankPicture) }
    result.interventions += try mask.map { .maskPicture(try ChangeText.region($0)) }
    if !region.isEmpty {
      result.interventions.append(.regions(try region.map { try ChangeText.region($0) }))
    }
    result.interventions += try set.map { try ChangeText.tap($0) }
    return result
  }
}
