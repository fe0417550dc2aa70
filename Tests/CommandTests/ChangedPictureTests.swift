import Corpora
import Extractors
import Pictures
import Screen
import Testing
import Traces
import Workbench

@testable import Services

/// Pictures of posts with something changed.
@Suite("Changed pictures") struct ChangedPictureTests {
  private let folder: TemporaryFolder
  private let service: PictureService
  private let style = PictureService.Style(rung: .blocks)

  init() throws {
    folder = try TemporaryFolder()
    let dataset = try Dataset.open(try SmallDataset.make(in: folder))
    service = PictureService(dataset, style: style, answersAll: true, mailbox: Mailbox())
  }

  private func colours(_ post: String, _ changes: [Intervention]) -> Set<Style> {
    let request = PictureRequest(
      post: post, box: Size(columns: 20, rows: 10), heat: nil, changes: changes)
    guard case .cells(let cells, _, _) = service.picture(request, style) else { return [] }
    return Set(cells.map(\.style))
  }

  @Test func theyShowWhatIsChanged() {
    // Two halves of one colour each, which a blank picture has not.
    let plain = colours("post-0", [])
    #expect(plain.count >= 2)
    #expect(colours("post-0", [.blankPicture]).count == 1)
    #expect(colours("post-0", [.coloursOnly]) == plain)
    // Another post's picture, of the same colours in another shape, and one for a post without.
    #expect(!colours("post-3", [.swapPicture("post-0")]).isEmpty)
    #expect(colours("post-3", []).isEmpty)
    let left = PictureRequest(
      post: "post-0", box: Size(columns: 20, rows: 10), heat: nil, changes: [.withoutPicture])
    #expect(service.picture(left, style) == .placeholder("the picture is left out"))
  }

  /// On a plain ground a part in its mean colour could not be seen: it is outlined.
  @Test func whatIsCoveredIsOutlined() {
    let part = ImageRegion(left: 0.25, top: 0.25, width: 0.5, height: 0.5)
    let masked = colours("post-0", [.blankPicture, .maskPicture(part)])
    #expect(masked.count > 1)
  }
}
