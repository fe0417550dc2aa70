import Corpora

extension FoldWriter {
  mutating func put(_ step: Step) {
    put(step.sequence)
    for text in [step.post, step.file, step.postHash, step.tokensHash, step.annotator, step.name] {
      put(text)
    }
    put(step.time)
    put(step.kind)
    put(optional: step.group) { $1.put($0) }
    put(step.isSuggestion)
    put(optional: step.clock) {
      $1.put($0.time)
      $1.put($0.count)
    }
  }

  private mutating func put(_ kind: Step.Kind) {
    switch kind {
    case .undo(let sequence):
      put(0)
      put(sequence)
    case .redo(let sequence):
      put(1)
      put(sequence)
    case .edit(.mentions(let range, let before, let after, let respelled)):
      put(2)
      put(range)
      put(all: before) { $1.put($0) }
      put(all: after) { $1.put($0) }
      put(respelled)
    case .edit(.relation(let head, let tail, let before, let after)):
      put(3)
      put(head)
      put(tail)
      put(optional: before) { $1.put($0) }
      put(optional: after) { $1.put($0) }
    case .edit(.review(let before, let after)):
      put(4)
      put(before.rawValue)
      put(after.rawValue)
    case .edit(.note(let before, let after)):
      put(5)
      put(optional: before) { $1.put($0) }
      put(optional: after) { $1.put($0) }
    case .edit(.mark(let mark, let isSet)):
      put(6)
      put(mark.rawValue)
      put(isSet)
    }
  }

  private mutating func put(_ mention: EntityMention) {
    put(mention.range)
    put(mention.type.rawValue)
  }

  mutating func put(_ state: LabelState) {
    put(all: state.mentions) { $1.put($0) }
    put(all: state.relations) {
      $1.put($0.head)
      $1.put($0.tail)
      $1.put($0.label)
    }
    put(all: state.respelled) { $1.put($0) }
    put(state.review.rawValue)
    put(optional: state.note) { $1.put($0) }
    put(all: state.marks.map(\.rawValue).sorted()) { $1.put($0) }
    put(optional: state.annotator) { $1.put($0) }
    put(optional: state.time) { $1.put($0) }
  }

  mutating func put(_ finding: StoreFinding) throws {
    switch finding {
    case .vanished(let post, let steps): put(0, post, steps)
    case .tokensChanged(let post, let steps): put(1, post, steps)
    case .labelsChanged(let post, let steps): put(2, post, steps)
    case .otherFile(let file, let steps): put(3, file, steps)
    case .unusable(let sequence, let reason):
      put(4, reason, 0)
      put(sequence)
    // Of a log that is damaged, or not alone, no snapshot is made.
    case .damaged, .damagedFile, .emptied, .missing, .cutBack, .elsewhere:
      throw FoldCoding.Unwritable()
    }
  }

  private mutating func put(_ kind: Int, _ text: String, _ steps: Int) {
    put(kind)
    put(text)
    put(steps)
  }
}

extension FoldReader {
  mutating func step() throws -> Step {
    let sequence = try signed()
    let (post, file, postHash) = (try text(), try text(), try text())
    let (tokensHash, annotator, name) = (try text(), try text(), try text())
    return Step(
      sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
      annotator: annotator, time: try signed(), kind: try kind(), name: name,
      group: try optional { try $0.signed() }, isSuggestion: try flag(),
      clock: try optional { StepClock(time: try $0.signed(), count: try $0.signed()) })
  }

  private mutating func kind() throws -> Step.Kind {
    switch try number() {
    case 0: return .undo(try signed())
    case 1: return .redo(try signed())
    case 2:
      return .edit(
        .mentions(
          range: try range(), before: try all { try $0.mention() },
          after: try all { try $0.mention() }, respelled: try flag()))
    case 3:
      return .edit(
        .relation(
          head: try range(), tail: try range(), before: try optional { try $0.text() },
          after: try optional { try $0.text() }))
    case 4: return .edit(.review(before: try review(), after: try review()))
    case 5:
      return .edit(
        .note(before: try optional { try $0.text() }, after: try optional { try $0.text() }))
    case 6: return .edit(.mark(try mark(), isSet: try flag()))
    default: throw FoldCoding.Unreadable()
    }
  }

  private mutating func mention() throws -> EntityMention {
    let range = try range()
    guard !range.isEmpty else { throw FoldCoding.Unreadable() }
    return EntityMention(range, EntityType(try text()))
  }

  private mutating func review() throws -> ReviewState {
    guard let state = ReviewState(rawValue: try text()) else { throw FoldCoding.Unreadable() }
    return state
  }

  private mutating func mark() throws -> Edit.Mark {
    guard let mark = Edit.Mark(rawValue: try text()) else { throw FoldCoding.Unreadable() }
    return mark
  }

  mutating func labelState() throws -> LabelState {
    LabelState(
      mentions: try all { try $0.mention() },
      relations: try all {
        RelationMention(head: try $0.range(), tail: try $0.range(), label: try $0.text())
      },
      respelled: try all { try $0.range() }, review: try review(),
      note: try optional { try $0.text() }, marks: Set(try all { try $0.mark() }),
      annotator: try optional { try $0.text() }, time: try optional { try $0.signed() })
  }

  mutating func finding() throws -> StoreFinding {
    let (kind, text, steps) = (try number(), try text(), try integer())
    switch kind {
    case 0: return .vanished(post: text, steps: steps)
    case 1: return .tokensChanged(post: text, steps: steps)
    case 2: return .labelsChanged(post: text, steps: steps)
    case 3: return .otherFile(text, steps: steps)
    case 4: return .unusable(sequence: try signed(), reason: text)
    default: throw FoldCoding.Unreadable()
    }
  }
}
