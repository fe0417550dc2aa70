import Annotations
import Corpora
import Screen
import Traces

/// Something to be done outside: the only way anything leaves the workbench. The runtime performs
/// it.
public enum Effect: Sendable, Equatable {
  /// Make this durable and answer with `committed` or `commitFailed`.
  case commit(Step)
  /// Write these steps, a whole history, to a new file and keep edits there from now on; answer
  /// with `historySaved` or `historyNotSaved`.
  case saveHistory([Step], path: String)
  /// The gold of a post changed durably: its cached counts and rewards are stale.
  case goldChanged(Post, ReviewState)
  /// Ask the models about `post` now, then about `neighbours` as time allows; newest request wins.
  case analyse(post: String, neighbours: [String])
  /// Find out why the router sent a post where it did; answer with `explained` or
  /// `explanationFailed`.
  case explain(post: String)
  /// Find something out of many posts, until another wish takes its place; answer with `facts` as
  /// it comes in, then `lookedAt`. Nil: nobody waits for it any more.
  case lookAt(FactRequest?)
  /// Draw a picture for a box of cells; answer with `pictureReady`; newest request wins.
  case renderPicture(PictureRequest)
  /// Train the router on all corrections now.
  case train
  /// Train after every accepted post, or only on `train`.
  case trainAutomatically(Bool)
  /// Use the router that waits as candidate, even if it is worse on held-out posts.
  case installCandidate
  /// Go back to the router before the candidate or the last installation.
  case rollBack
  /// Send `Message.resume` when no key waits.
  case resume
  /// Make everything on the terminal new.
  case redraw
  /// Stop like any program at C-z.
  case suspend
  /// A short sound or flash: the key meant nothing.
  case bell
  /// End the program; nothing is unsaved (or the person insisted).
  case quit
}

/// A picture as the screen wants it. Equal requests give equal pictures, so it is also the cache
/// key.
public struct PictureRequest: Sendable, Hashable {
  /// The post's id.
  public let post: String
  /// The room for it, in cells.
  public let box: Size
  /// What lies over it, nil = the bare picture.
  public let heat: Heat?

  /// A request by its parts.
  public init(post: String, box: Size, heat: Heat?) {
    self.post = post
    self.box = box
    self.heat = heat
  }
}

/// Values over a picture, whatever model they come from: one slice of a spatial `Signal`.
public struct Heat: Sendable, Hashable {
  /// Where the values lie.
  public let shape: Shape
  /// Row-major for a grid, one per region otherwise.
  public let values: [Float]

  /// Heat by its parts; the values must fill the shape.
  public init(shape: Shape, values: [Float]) {
    self.shape = shape
    self.values = values
  }

  /// Where values lie on the picture.
  public enum Shape: Sendable, Hashable {
    /// rows × columns over a rectangle of the picture.
    case grid(rows: Int, columns: Int, region: ImageRegion)
    /// One value per rectangle.
    case regions([ImageRegion])
  }

  // By bits: a value that is not a number equals itself here, else a picture with one would be
  // asked for again and again.
  public static func == (a: Self, b: Self) -> Bool {
    a.shape == b.shape && a.values.elementsEqual(b.values) { $0.bitPattern == $1.bitPattern }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    for value in values { hasher.combine(value.bitPattern) }
  }

  /// Smallest and largest value, 0 and 0 when there is none.
  public var bounds: (low: Float, high: Float) {
    let finite = values.filter(\.isFinite)
    return (finite.min() ?? 0, finite.max() ?? 0)
  }
}
