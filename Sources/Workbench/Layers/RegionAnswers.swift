import Extractors
import Screen
import Traces

/// Rectangles with which the experts that look at regions are asked about a post.
package struct RegionQuestion: Sendable, Hashable {
  /// The post's id.
  package let post: String
  /// In place of what each expert finds.
  package let regions: [ImageRegion]
}

/// What experts answer with rectangles drawn by hand.
package struct RegionAnswers: Sendable {
  /// What was asked.
  package let question: RegionQuestion
  /// Of the experts that look at regions, in their order.
  package let answers: [Answer]

  /// Answers to a question.
  package init(_ question: RegionQuestion, _ answers: [Answer]) {
    self.question = question
    self.answers = answers
  }
}

extension WorkbenchState {
  /// Why no rectangle can be put on the picture of the post on screen; nil when one can.
  var lackOfPicture: String? {
    guard let request = pictureRequest, case .placeholder(let words)? = pictures[request] else {
      return currentPost?.imageID == nil ? "the post names no picture" : nil
    }
    return words
  }

  /// The place of the picture under a cell, as shares of its width and height; nil outside it.
  func picturePoint(at position: Position) -> (x: Double, y: Double)? {
    guard let box = Panes.picture(self), let request = pictureRequest else { return nil }
    let size: (columns: Int, rows: Int)
    // With other heat over it a picture has the same place.
    let known =
      pictures[request]
      ?? pictures.keys.last { $0.post == request.post && $0.box == request.box }
      .flatMap { pictures[$0] }
    switch known {
    case .cells(_, let columns, let rows)?, .pixels(_, let columns, let rows)?:
      size = (columns, rows)
    case .placeholder?, nil: return nil
    }
    let place = picturePlace(in: box, columns: size.columns, rows: size.rows)
    guard place.contains(position), size.columns > 0, size.rows > 0 else { return nil }
    return (
      (Double(position.column - place.column) + 0.5) / Double(size.columns),
      (Double(position.row - place.row) + 0.5) / Double(size.rows)
    )
  }
}
