import Annotations
import Corpora
import Extractors
import Inspection
import Pictures
import Queries
import Screen
import Settings
import Traces

/// Something to be done outside: the only way anything leaves the workbench. The runtime performs
/// it.
package enum Effect: Sendable, Equatable {
  /// Make these durable, one after the other, and answer each with `committed` or `commitFailed`.
  case commit(Saving.Sending)
  /// Write these steps, a whole history, to a new file and keep edits there from now on; answer
  /// with `historySaved` or `historyNotSaved`.
  case saveHistory([Step], path: String)
  /// Keep a query under a name, or with no text remove it; answer with `queriesSaved` or
  /// `queryNotSaved`.
  case saveQuery(name: String, text: String?)
  /// The gold of a post changed durably: its cached counts and rewards are stale.
  case goldChanged(Post, ReviewState)
  /// Ask the models about `post` now, then about `neighbours` as time allows; newest request wins.
  case analyse(post: String, neighbours: [String])
  /// Look at the pictures of these posts as time allows; of those that `analyse` names this is done
  /// anyway.
  case lookAhead([String])
  /// What the models say is on screen, or is hidden: then nothing need be asked of them beforehand.
  case modelsShown(Bool)
  /// Find out why the router sent a post where it did; answer with `explained` or
  /// `explanationFailed`.
  case explain(post: String)
  /// Look for the posts that are most like one to the router, by its place in the dataset; answer
  /// with `neighbours` as they are found. Nil: nobody waits for them any more.
  case findNeighbours(of: Int?)
  /// Tell what became of a post's p through the retrainings of the router, and which corrections
  /// moved it; answer with `routerHistory` as it is found out. Nil: nobody waits for it any more.
  case tellRouterHistory(of: String?)
  /// Study a part of the dataset; answer with `studying` as it goes on, then `studied` or
  /// `studyFailed`. Nil: nobody waits for it any more.
  case study(StudyRequest?)
  /// Ask the experts that look at regions about a post with others in their place; answer with
  /// `answeredWithRegions`; newest request wins.
  case askWithRegions(RegionQuestion)
  /// Ask an expert again and again about a post with something left out; answer with `witnessed`;
  /// newest request wins. Nil: nobody waits for it any more.
  case askWitnesses(WitnessQuestion?)
  /// Ask all models about a post with something changed; answer with `answeredWhatIf` or
  /// `whatIfRefused`; newest request wins. Nil: nobody waits for one any more.
  case ask(WhatIf?)
  /// Keep a what-if under its name, or with none remove that of the name; answer with
  /// `whatIfsSaved` or `whatIfNotSaved`.
  case saveWhatIf(name: String, SavedWhatIf?)
  /// Find something out of many posts, until another wish takes its place; answer with `facts` as
  /// it comes in, then `lookedAt`. Nil: nobody waits for it any more.
  case lookAt(FactRequest?)
  /// Draw a picture for a box of cells; answer with `pictureReady`; newest request wins.
  case renderPicture(PictureRequest)
  /// Draw a figure for a box of cells; answer with `figureReady`; newest request wins.
  case renderFigure(FigureRequest)
  /// Draw several pictures, in this order; answer each with `pictureReady`; newest request wins.
  case renderPictures([PictureRequest])
  /// Train the router on all corrections now.
  case train
  /// Train after every accepted post, or only on `train`.
  case trainAutomatically(Bool)
  /// Use the router that waits as candidate, even if it is worse on held-out posts.
  case installCandidate
  /// Go back to the router before the candidate or the last installation.
  case rollBack
  /// Carry out what was set and the workbench cannot do by itself; answer with `themeRead`,
  /// `emojiChosen` or `keymapRead`, or with `settingRefused`.
  case apply(Setting.Name, SettingValue)
  /// Write settings into the person's own file; answer with `settingsSaved` or `settingsNotSaved`.
  case saveSettings([SettingChange])
  /// Write what is on screen to a file that is not there yet; answer with `exported` or
  /// `notExported`.
  case exportScreen(ScreenCopy, path: String)
  /// Remember that so many tasks of the lesson are done.
  case keepLesson(done: Int)
  /// Show whoever presents the lesson what belongs to the step at hand.
  case showNotes(LessonNotes)
  /// Send `Message.replayGoesOn` with this number when so many seconds have passed.
  case waitForReplay(Int, seconds: Double)
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
package struct PictureRequest: Sendable, Hashable {
  /// The post's id.
  package let post: String
  /// The room for it, in cells.
  package let box: Size
  /// What lies over it, nil = the bare picture.
  package let heat: Heat?
  /// The colours of the heat.
  package let colors: ColorMap
  /// What is changed of the picture before it is drawn; those that change no picture count for
  /// nothing.
  package let changes: [Intervention]

  /// A request by its parts.
  package init(
    post: String, box: Size, heat: Heat?, colors: ColorMap = .standard,
    changes: [Intervention] = []
  ) {
    self.post = post
    self.box = box
    self.heat = heat
    self.colors = colors
    self.changes = changes
  }
}

/// Values over a picture, whatever model they come from: one slice of a spatial `Signal`.
package struct Heat: Sendable, Hashable {
  /// Where the values lie.
  package let shape: Shape
  /// Row-major for a grid, one per region otherwise.
  package let values: [Float]
  /// What the values count.
  package let unit: Signal.Unit
  /// What the outermost colours stand for, where that is not the largest of these values.
  package var scale: Float?
  /// What regions are, by their places; those without are numbered. Not part of what is drawn.
  var names: [Int: String] = [:]
  /// Parts of the picture that are outlined.
  package var outlined: [ImageRegion] = []

  /// Heat by its parts; the values must fill the shape.
  package init(shape: Shape, values: [Float], unit: Signal.Unit = .plain) {
    self.shape = shape
    self.values = values
    self.unit = unit
  }

  /// Where values lie on the picture.
  package enum Shape: Sendable, Hashable {
    /// rows × columns over a rectangle of the picture.
    case grid(rows: Int, columns: Int, region: ImageRegion)
    /// One value per rectangle.
    case regions([ImageRegion])
  }

  // By bits: a value that is not a number equals itself here, else a picture with one would be
  // asked for again and again.
  package static func == (a: Self, b: Self) -> Bool {
    a.shape == b.shape && a.unit == b.unit && a.outlined == b.outlined && a.scale == b.scale
      && a.values.elementsEqual(b.values) { $0.bitPattern == $1.bitPattern }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    hasher.combine(unit)
    hasher.combine(outlined)
    hasher.combine(scale)
    for value in values { hasher.combine(value.bitPattern) }
  }

  /// Smallest and largest value, 0 and 0 when there is none.
  package var extremes: (low: Float, high: Float) {
    let finite = values.filter(\.isFinite)
    return (finite.min() ?? 0, finite.max() ?? 0)
  }

  /// Whether values lie on both sides of a zero that means "no effect".
  package var isSigned: Bool { unit == .points || extremes.low < 0 }

  /// The values that get the outermost colours. Both sides of a signed map have the same scale, so
  /// that equal sizes look equally strong.
  package var bounds: (low: Float, high: Float) {
    guard isSigned else { return extremes }
    // Effects too small to be told must not look strong.
    let most = max(
      -extremes.low, extremes.high, scale ?? 0, unit == .points ? Self.leastEffect : 0)
    return (-most, most)
  }

  /// Differences of a probability that are written as 0.0 points.
  private static let leastEffect: Float = 0.0005

  /// Whether any value differs from a zero that means "no effect", as it is written.
  var hasEffect: Bool {
    let most = max(-extremes.low, extremes.high)
    return unit == .points ? most >= Self.leastEffect : most > 0
  }

  /// The place of the largest value by size; nil where all are zero or none is finite.
  var largest: Int? {
    let best = values.indices.filter { values[$0].isFinite && values[$0] != 0 }
      .min { (-abs(values[$0]), $0) < (-abs(values[$1]), $1) }
    return best
  }

  /// `row 2, column 5`, `crop 1` or `region 3`, counted from 1.
  func title(ofPlace index: Int) -> String {
    switch shape {
    case .grid(_, let columns, _) where columns > 0:
      "row \(index / columns + 1), column \(index % columns + 1)"
    case .grid, .regions: names[index] ?? "region \(index + 1)"
    }
  }
}
