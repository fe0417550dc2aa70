import Corpora
import Extractors
import Inspection
import Settings
import Traces

/// What is changed, checked, kept and opened again.
extension WorkbenchState {
  /// Reads a change and puts it into force in the what-if on screen, in place of one of the same
  /// thing.
  mutating func change(_ line: String) -> [Effect] {
    do throws(InterventionError) {
      return try add(PostChange(line, seen: explanation?.regions?.seen ?? .whole))
    } catch {
      return refuse(safe(error.description))
    }
  }

  /// Puts a change into force.
  ///
  /// - Throws: `InterventionError` when the post cannot take it.
  private mutating func add(_ change: PostChange) throws(InterventionError) -> [Effect] {
    guard let index = current, var layer = layers[WhatIfLayer.self] else { return [] }
    let before = layer.changes(self)
    guard !before.contains(change) else {
      return refuse("it is changed already: \(safe(change.words))")
    }
    let changes = before.filter { !$0.isReplaced(by: change) } + [change]
    guard changes.count <= SavedWhatIf.mostChanges else {
      return refuse("\(SavedWhatIf.mostChanges) changes are the most; x removes one")
    }
    try check(changes, index)
    layer.set(changes, of: posts[index].id)
    layers.open(layer)
    return []
  }

  /// What can be told before the models are asked; they refuse the rest.
  private func check(_ changes: [PostChange], _ index: Int) throws(InterventionError) {
    guard let analysis else { return }
    let post = posts[index]
    let mark = "no picture: "
    let notice = analysis.notices.first { $0.hasPrefix(mark) }.map {
      String($0.dropFirst(mark.count))
    }
    let lack = post.imageID == nil ? notice ?? "it names none" : notice
    try ChangeCheck(post, analysis, lackOfPicture: lack) { id in
      guard let other = indexOfID[id] else {
        let near = NearestName.find(id, among: posts.prefix(100_000).lazy.map(\.id))
        return "there is no post \(id.debugDescription) whose picture could be swapped in"
          + (near.map { "; did you mean \($0)?" } ?? "")
      }
      return posts[other].imageID == nil
        ? "the post \(id) has no picture that could be shown: it names none" : nil
    }.check(changes.interventions)
  }

  /// Puts rectangles that were drawn by hand into the what-if on screen.
  mutating func takeIntoWhatIf(_ regions: [ImageRegion]) -> [Effect] {
    do throws(InterventionError) { return try add(PostChange(regions: regions)) } catch {
      return refuse(safe(error.description))
    }
  }

  // MARK: Keeping

  /// Keeps the what-if on screen under the first word of a line; the rest is a note.
  mutating func saveWhatIf(_ line: String) -> [Effect] {
    let name = String(line.trimmingSpaces.prefix { $0 != " " })
    let note = String(line.trimmingSpaces.dropFirst(name.count)).trimmingSpaces
    guard SavedWhatIf.isName(name) else {
      return refuse(
        "\"\(safe(String(name.prefix(40))))\" is no name for a what-if; letters, digits, - and _ make one, "
          + "at most \(SavedWhatIf.longestName) of them")
    }
    guard let whatIf = layers.whatIf?.question(self) else {
      return refuse("nothing is changed here; \(keymap.label("what-if")) changes something")
    }
    if let kept = savedWhatIfs.first(where: { $0.name == name }), kept.whatIf.post != whatIf.post {
      return refuse("\(name) is kept for \(safe(kept.whatIf.post)); take another name")
    }
    guard opened.keepsEdits else { return refuse("nothing is kept in a practice or a lesson") }
    return [.saveWhatIf(name: name, SavedWhatIf(name, whatIf, note: note))]
  }

  /// Goes to the post of a saved what-if and puts it into force.
  mutating func open(_ saved: SavedWhatIf) -> [Effect] {
    guard let index = indexOfID[saved.whatIf.post] else {
      return refuse(
        "\(saved.name) is of the post \(safe(saved.whatIf.post)), which is not in this dataset")
    }
    if index != current { show(post: index) }
    var layer = layers.whatIf ?? WhatIfLayer()
    layer.set(saved.whatIf.changes, of: saved.whatIf.post)
    layers.open(layer)
    notice = Notice(text: saved.name + (saved.note.isEmpty ? "" : ": " + safe(saved.note)))
    return []
  }

  // MARK: Completion

  /// What the last word of a change could become.
  func changeCompletions(of line: String) -> [String] {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let last = words.last ?? ""
    func starting(_ all: some Sequence<String>) -> [String] {
      Array(all.lazy.filter { $0.lowercased().hasPrefix(last.lowercased()) }.prefix(50))
    }
    guard words.count > 1 else { return starting(PostChange.Kind.allCases.map(\.rawValue)) }
    switch (words[0], words.count) {
    case ("without", 2), ("blank", 2): return starting(["picture"])
    case ("colours", 2): return starting(["only"])
    case ("swap", 2):
      return starting(
        posts.lazy.filter { $0.imageID != nil }.map(\.id).filter { $0 != currentPost?.id })
    case ("set", 2): return starting(check?.taps ?? [])
    case ("set", 3): return starting(["="])
    case ("set", 4): return starting(["0", "1", "uniform"])
    case ("edit", 3): return starting([wordAt(words[1])].compactMap(\.self))
    default: return []
    }
  }

  private var check: ChangeCheck? {
    guard let index = current, let analysis else { return nil }
    return ChangeCheck(posts[index], analysis, lackOfPicture: nil) { _ in nil }
  }

  /// The word of a place as it was typed.
  func wordAt(_ text: some StringProtocol) -> String? {
    guard let index = current, let place = Int(text), posts[index].tokens.indices.contains(place)
    else { return nil }
    return posts[index].tokens[place].text
  }
}

extension PostChange {
  /// Whether another change is of the same thing, so that both cannot be in force.
  fileprivate func isReplaced(by other: PostChange) -> Bool {
    switch (intervention, other.intervention) {
    case (.set(let one, _), .set(let two, _)): one == two
    case (.editWord(let one, _), .editWord(let two, _)): one == two
    case (.swapPicture, .swapPicture), (.regions, .regions): true
    default: false
    }
  }
}
