import Corpora

extension Lesson {
  /// The topic of the task in which an expert's answer is taken.
  static let suggestions = "suggestions"

  /// The tasks, in their order, on the posts of two samples with seed 1: 40 dev posts, and 24 test
  /// posts with pairs.
  static let tasks: [LessonTask] = moving + spans + undoing + quickly + experts

  private static let moving: [LessonTask] = [
    LessonTask(
      topic: "types", post: "dev-00000",
      errors: [SeededError(post: "dev-00000", change: .type(0, .location))]
    ) {
      "\($0.mention(0)) is labelled LOC, but somebody who tells a story is a person. The cursor is on "
        + "it: \($0.type(.person)) makes it PER."
    } hint: {
      $0.type(.person)
    },
    LessonTask(
      topic: "posts", post: "dev-00001",
      errors: [SeededError(post: "dev-00002", change: .type(0, .organization))]
    ) {
      "This post is right; in the next one, dev-00002, a book is labelled ORG. \($0.key("next")) goes to "
        + "the next post, \($0.key("previous")) to the one before. Make 'Kestrel' MISC: "
        + "\($0.type(.miscellaneous))."
    } hint: {
      "\($0.key("next"))  \($0.type(.miscellaneous))"
    },
    LessonTask(
      topic: "mentions", post: "dev-00006",
      errors: [SeededError(post: "dev-00006", change: .type(1, .location))]
    ) {
      "\($0.mention(1)) is a society, not a place. \($0.key("next-mention")) goes to the next mention, "
        + "\($0.key("previous-mention")) to the one before; \($0.type(.organization)) makes it ORG."
    } hint: {
      "\($0.key("next-mention"))  \($0.type(.organization))"
    },
    LessonTask(
      topic: "words", post: "dev-00010",
      errors: [SeededError(post: "dev-00010", change: .missing(0))]
    ) {
      "\($0.mention(0)) is a lighthouse (see the picture) and has no label. \($0.key("right")) and "
        + "\($0.key("left")) move the cursor by a word; put it there and press \($0.type(.location))."
    } hint: {
      "\($0.key("right"))  \($0.key("right"))  \($0.key("right"))  \($0.type(.location))"
    },
  ]

  private static let spans: [LessonTask] = [
    LessonTask(
      topic: "spans", post: "dev-00009",
      errors: [SeededError(post: "dev-00009", change: .missing(0))]
    ) {
      "\($0.mention(0)) is one person and has no label. Go to the first of the two words, begin a "
        + "selection with \($0.key("select")), take in the second with \($0.key("right")), then "
        + "\($0.type(.person))."
    } hint: {
      let right = $0.key("right")
      return "\(right)  \(right)  \($0.key("select"))  \(right)  \($0.type(.person))"
    },
    LessonTask(
      topic: "the right edge", post: "dev-00014",
      errors: [SeededError(post: "dev-00014", change: .moved(0, begin: 0, end: -1))]
    ) {
      "The name is \($0.mention(0)), but only its first word is labelled. \($0.key("extend")) moves the "
        + "right edge of the mention out, \($0.key("shrink")) in."
    } hint: {
      $0.key("extend")
    },
    LessonTask(
      topic: "the left edge", post: "dev-00016",
      errors: [SeededError(post: "dev-00016", change: .moved(0, begin: -1, end: 0))]
    ) {
      "The mention begins a word too early: the name is \($0.mention(0)). \($0.key("shrink-left")) moves "
        + "its left edge in, \($0.key("extend-left")) out. Its type is right: the picture tells it."
    } hint: {
      $0.key("shrink-left")
    },
    LessonTask(
      topic: "numbers", post: "dev-00019",
      errors: [SeededError(post: "dev-00019", change: .type(1, .person))]
    ) {
      "A number before a key says how far or which one: 2\($0.type(.miscellaneous)) makes the second "
        + "mention of the post MISC, wherever the cursor is. \($0.mention(1)) is an award: MISC."
    } hint: {
      "2  \($0.type(.miscellaneous))"
    },
    LessonTask(
      topic: "deleting", post: "dev-00018",
      errors: [SeededError(post: "dev-00018", change: .invented(5..<7, .miscellaneous))]
    ) {
      "'best coffee' is labelled MISC and is no name. Go there (\($0.key("next-mention"))) and clear it: "
        + "\($0.key("clear"))."
    } hint: {
      "\($0.key("next-mention"))  \($0.key("clear"))"
    },
  ]

  private static let undoing: [LessonTask] = [
    LessonTask(
      topic: "undo", post: "dev-00021", errors: [],
      slip: SeededError(post: "dev-00021", change: .missing(0))
    ) {
      "The lesson has just cleared \($0.mention(0)), which was right. \($0.key("undo")) takes the latest "
        + "edit back, on whatever post it was; \($0.key("redo")) does it again."
    } hint: {
      $0.key("undo")
    },
    LessonTask(
      topic: "accepting", post: "dev-00022",
      errors: [SeededError(post: "dev-00022", change: .type(0, .location))], wants: [.accepted]
    ) {
      "\($0.mention(0)) is a brewery (see the picture): make it ORG (\($0.type(.organization))). Then "
        + "\($0.key("accept")) accepts the labels of the post and goes on."
    } hint: {
      "\($0.type(.organization))  \($0.key("accept"))"
    },
    LessonTask(
      topic: "searching", post: "dev-00023",
      errors: [SeededError(post: "dev-00035", change: .type(1, .location))]
    ) {
      "In some other post the ship 'SS Aurora' is labelled LOC. \($0.key("search")) lists the posts that "
        + "match what you type: Aurora, then Enter. Make the ship MISC there. \($0.key("leave")) lists "
        + "all posts again."
    } hint: {
      "\($0.key("search"))  Aurora  Enter  \($0.key("next-mention"))  \($0.type(.miscellaneous))"
    },
  ]

  private static let quickly: [LessonTask] = [
    LessonTask(
      topic: "jumping", post: "dev-00032",
      errors: [SeededError(post: "dev-00032", change: .missing(1))]
    ) {
      "\($0.mention(1)) has no label. \($0.key("jump")) puts letters on the words, and typing them goes "
        + "there: go to \($0.word(6)). Then \($0.key("jump")) again with the letters of \($0.word(7)), the "
        + "last as a capital: that selects up to it. Then \($0.type(.person))."
    } hint: {
      "\($0.key("jump"))  \($0.jump(6))  \($0.key("jump"))  \($0.jump(7, selects: true))  "
        + $0.type(.person)
    },
    LessonTask(
      topic: "the same in a post", post: "dev-00027",
      errors: [
        SeededError(post: "dev-00027", change: .invented(0..<4, .location)),
        SeededError(post: "dev-00027", change: .invented(16..<20, .location)),
      ]
    ) {
      "'what a sunny day' is no name, and is labelled twice. Clear the first (\($0.key("clear"))); "
        + "\($0.key("same")) then does the same wherever this post says these words."
    } hint: {
      "\($0.key("clear"))  \($0.key("same"))"
    },
    LessonTask(
      topic: "the same again", post: "test-00004",
      errors: [
        SeededError(post: "test-00004", change: .type(0, .person)),
        SeededError(post: "test-00004", change: .type(1, .person)),
      ]
    ) {
      "\($0.mention(0)) and \($0.mention(1)) are places, not people. Make the first LOC "
        + "(\($0.type(.location))), go to the second (\($0.key("next-mention"))): \($0.key("repeat")) makes the "
        + "last change again."
    } hint: {
      "\($0.type(.location))  \($0.key("next-mention"))  \($0.key("repeat"))"
    },
    LessonTask(
      topic: "the same everywhere", post: "test-00012",
      errors: [
        SeededError(post: "test-00012", change: .type(1, .organization)),
        SeededError(post: "test-00019", change: .type(1, .organization)),
      ]
    ) {
      "Two posts have \($0.mention(1)) as ORG; it is a street. Make it LOC here, then \($0.key("everywhere")) "
        + "lists the other posts that say these words and label them otherwise; Enter labels them alike."
    } hint: {
      "\($0.key("next-mention"))  \($0.type(.location))  \($0.key("everywhere"))  Enter"
    },
  ]

  private static let experts: [LessonTask] = [
    LessonTask(
      topic: suggestions, post: "test-00005",
      errors: [SeededError(post: "test-00005", change: .missing(1))]
    ) {
      "An expert says that \($0.mention(1)) is a place, and the labels do not. \($0.key("next-suggestion")) "
        + "goes to what experts suggest, \($0.key("take")) takes it."
    } hint: {
      "\($0.key("next-suggestion"))  \($0.key("take"))"
    },
    LessonTask(
      topic: "relations", post: "test-00013",
      errors: [SeededError(post: "test-00013", change: .relation(0, RelationInventory.none))]
    ) {
      "The pair under the text has no relation, but the club is at the square: \($0.relation). "
        + "\($0.key("label-pair")) lists the relations with their keys, \($0.relationKey) is this one's."
    } hint: {
      "\($0.key("label-pair"))  \($0.relationKey)"
    },
    LessonTask(
      topic: "pairs", post: "test-00020",
      errors: [SeededError(post: "test-00020", change: .missingPair(0))]
    ) {
      "\($0.mention(0)) and \($0.mention(1)) are peers, and no pair says so. \($0.key("relate")) makes the "
        + "mention under the cursor the head of a pair; go to the other (\($0.key("next-mention"))), "
        + "\($0.key("relate")) makes it the tail; \($0.relationKey) is \($0.relation)."
    } hint: {
      "\($0.key("relate"))  \($0.key("next-mention"))  \($0.key("relate"))  \($0.relationKey)"
    },
    LessonTask(
      topic: "flags and notes", post: "test-00010",
      errors: [SeededError(post: "test-00010", change: .type(0, .person))],
      wants: [.flagged, .noted]
    ) {
      "What docked with cargo is a ship: make \($0.mention(0)) MISC. Flag the post to come back to it "
        + "(\($0.key("flag"))), and write a note on it (\($0.key("note")), some words, Enter)."
    } hint: {
      "\($0.type(.miscellaneous))  \($0.key("flag"))  \($0.key("note"))  a ship  Enter"
    },
  ]
}
