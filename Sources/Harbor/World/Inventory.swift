import Corpora
import Tensors

/// The fixed inhabitants of the harbour town: the same whatever the seed of the posts.
package struct Inventory: Sendable {
  /// A name that can stand for several kinds of different entity types.
  package struct AmbiguousName: Sendable, Hashable {
    /// The words of the name.
    package let tokens: [String]
    /// Two to four kinds of different entity types, each as usual as the others.
    package let kinds: [Kind]
  }

  /// A name that tells its type by itself.
  package struct PlainName: Sendable, Hashable {
    /// The words of the name.
    package let tokens: [String]
    /// Its only type.
    package let type: EntityType
    /// For relations: what it is.
    let kind: Kind
  }

  /// Names that stand for several kinds.
  package let ambiguous: [AmbiguousName]
  /// Names that stand for one.
  package let plain: [PlainName]

  /// The one town.
  package static let town = Inventory()

  private init() {
    // Its own seed: the inventory is part of the world, not of a sample.
    var generator = SeededGenerator(seed: 1897, stream: "inventory")
    ambiguous = Self.names.map { name in
      let count = 2 + generator.pick(weights: [0.5, 0.35, 0.15])
      var kinds: [Kind] = []
      while kinds.count < count {
        let kind = generator.pick(Kind.allCases)
        if kinds.allSatisfy({ $0.type != kind.type }) { kinds.append(kind) }
      }
      return AmbiguousName(tokens: name.split(separator: " ").map(String.init), kinds: kinds)
    }
    plain = Self.plainNames.flatMap { kind, text in
      text.split(separator: "|").map {
        PlainName(
          tokens: $0.split(separator: " ").map(String.init), type: kind.type, kind: kind)
      }
    }
  }

  private static let names = [
    "Marlowe", "Pell", "Juniper", "Old Barnaby", "Sable", "Finch", "Corrigan", "Wren", "Hollis",
    "Tamsin", "Grey Duchess", "Rook", "Bellamy", "Clementine", "Storm", "Alder", "Victoria",
    "Mercy",
    "Pike", "Harper", "Little Nell", "Calder", "Magnus", "Saint Ives", "Ottilie", "Drake", "Hazel",
    "Northwood", "Skipper", "Lorna", "Admiral", "Thistle", "Kestrel", "Monroe", "Piper", "Sterling",
    "Queen Maud", "Bram", "Fairfax", "Isolde", "Tolliver", "Ember", "Winslow", "Captain Jack",
    "Pearl",
    "Lennox", "Hawthorn", "Beatrix", "Ridley", "Nimbus", "Rosalind", "Curlew", "Big Tom", "Sorrel",
    "Whitby", "Odessa", "Quill", "Maren", "Jasper", "Halyard",
  ]

  private static let plainNames: [(Kind, String)] = [
    (
      .person,
      "Mrs Penhallow|Mayor Quist|Ida Brandt|Tom Averill|Doctor Lund|Anna Moor|Jonas Beck|Nurse Oakes|"
        + "Peter Vane|Elsie Crabb"
    ),
    (
      .street,
      "Pier Road|Ropewalk Lane|Cannery Street|Tide Square|Net Loft Alley|Mast Street|Salt Market|"
        + "Gannet Hill"
    ),
    (.bridge, "Inlet Bridge|Twin Arch Bridge"),
    (.house, "Harbour Hotel|Cliff House|Pilot Cottage"),
    (.club, "Harbour United|Quay Rovers|Saltmarsh FC|Port Athletic"),
    (
      .society,
      "Harbour Council|Coast Guard|Seafarers Guild|Port Authority|Lifeboat Trust|Museum Friends"
    ),
    (.book, "Tide Weekly|Harbour Herald"),
    (.award, "Regatta Cup|Golden Anchor"),
    (.ship, "MS Solveig|SS Aurora"),
  ]
}

extension Kind {
  /// The relation that a pair of kinds may have in a post, among MNRE's 23 labels; nil = None.
  static func relation(_ head: Kind, _ tail: Kind) -> String? {
    switch (head.type, tail.type) {
    case (.person, .person): "/per/per/peer"
    case (.person, .organization): "/per/org/member_of"
    case (.person, .location): "/per/loc/place_of_residence"
    case (.person, .miscellaneous): tail == .award ? "/per/misc/awarded" : "/per/misc/present_in"
    case (.organization, .organization): "/org/org/subsidiary"
    case (.organization, .location): "/org/loc/locate_at"
    case (.location, .location): "/loc/loc/contain"
    case (.miscellaneous, .miscellaneous): "/misc/misc/part_of"
    case (.miscellaneous, .location): "/misc/loc/held_on"
    default: nil
    }
  }
}
