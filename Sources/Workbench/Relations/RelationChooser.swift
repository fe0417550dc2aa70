import Corpora
import Screen

/// The list of labels that opens over the details of a post: one key sets the label of a pair.
struct RelationChooser: Sendable, Equatable {
  /// The two ends, as they are marked in the text.
  let head: Range<Int>
  let tail: Range<Int>
  /// Their types, where anything says them.
  let headType: EntityType?
  let tailType: EntityType?
  /// The label that the pair has now; nil for a pair that is being made.
  let label: String?
  /// Labels for these types, `None` first.
  let fitting: [String]
  /// The rest, in the order of their ids.
  let others: [String]
  /// The entry that Enter sets.
  var chosen = 0

  /// - Parameter pair: the pair with these ends; nil for a new one.
  init(
    head: Range<Int>, tail: Range<Int>, pair: RelationMention?, in state: WorkbenchState
  ) {
    self.head = head
    self.tail = tail
    // A pair of the files may have got its label by mistake; its type is still the best guess.
    headType = state.type(of: head, in: pair)
    tailType = state.type(of: tail, in: pair)
    label = pair?.label
    let ranked = state.inventory.ranked(head: headType, tail: tailType)
    fitting = [RelationInventory.none] + ranked.fitting
    others = ranked.others
    chosen = entries.firstIndex { $0 == pair?.label } ?? 0
  }

  /// All labels in the order of the list.
  var entries: [String] { fitting + others }
}

extension WorkbenchState {
  mutating func pressInChooser(_ key: Key, _ chooser: RelationChooser) -> [Effect] {
    var chooser = chooser
    notice = nil
    let last = max(0, chooser.entries.count - 1)
    switch key {
    case .escape, .control("c"):
      mode = .browse
      return []
    case .up, .left, .control("p"): chooser.chosen = max(0, chooser.chosen - 1)
    case .down, .right, .control("n"): chooser.chosen = min(last, chooser.chosen + 1)
    case .pageUp, .home: chooser.chosen = 0
    case .pageDown, .end: chooser.chosen = last
    case .scroll(_, let up):
      chooser.chosen = max(0, min(last, chooser.chosen + (up ? -1 : 1)))
    case .enter: return choose(chooser.entries[chooser.chosen], chooser)
    case .delete, .backspace:
      mode = .browse
      guard chooser.label != nil else { return [] }
      return dropPair(head: chooser.head, tail: chooser.tail)
    case .tab, .backTab:
      guard chooser.label == nil else {
        return refuse("only the ends of a new pair change places; Delete removes this one")
      }
      let pair = pairs.first { $0.head == chooser.tail && $0.tail == chooser.head }
      chooser = RelationChooser(head: chooser.tail, tail: chooser.head, pair: pair, in: self)
    case .click(let place):
      guard let entry = chooserEntry(at: place, chooser) else {
        mode = .browse
        return []
      }
      return choose(chooser.entries[entry], chooser)
    case .character(let character):
      guard let label = inventory.label(of: character) else {
        return refuse("\(character) is no label; the keys stand beside the labels")
      }
      return choose(label, chooser)
    default: return [.bell]
    }
    mode = .relation(chooser)
    return []
  }

  private mutating func choose(_ label: String, _ chooser: RelationChooser) -> [Effect] {
    mode = .browse
    return relate(head: chooser.head, tail: chooser.tail, label: label)
  }
}
