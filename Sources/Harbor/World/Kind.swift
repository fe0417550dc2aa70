import Corpora

/// What a name can stand for in the harbour town, with its entity type and the words that go with
/// it.
///
/// The word lists are in order of falling frequency (Zipf): the tail is rare on purpose, so that a
/// cue may be new to a tagger although the dual encoder has seen it in captions.
package enum Kind: String, CaseIterable, Sendable, Codable {
  case person, singer, lighthouse, street, bridge, house, club, society, brewery, choir, dog, gull
  case boat, ship, award, book, fish

  /// The entity type of a name that stands for this.
  package var type: EntityType {
    switch self {
    case .person, .singer: .person
    case .lighthouse, .street, .bridge, .house: .location
    case .club, .society, .brewery, .choir: .organization
    case .dog, .gull, .boat, .ship, .award, .book, .fish: .miscellaneous
    }
  }

  /// What a picture of it shows.
  package var thing: Thing {
    switch self {
    case .person: .person
    case .singer: .stage
    case .lighthouse: .lighthouse
    case .street: .street
    case .bridge: .bridge
    case .house: .house
    case .club: .match
    case .society: .flag
    case .brewery: .cup
    case .choir: .crowd
    case .dog: .dog
    case .gull: .gull
    case .boat: .boat
    case .ship: .ship
    case .award: .trophy
    case .book: .book
    case .fish: .fish
    }
  }

  /// Nouns for the thing without a name: `the old lighthouse`.
  var nouns: [String] { words.nouns }
  /// What it does, after its name: `barked at everything`.
  var predicates: [String] { words.predicates }

  private var words: (nouns: [String], predicates: [String]) {
    func list(_ text: String) -> [String] { text.split(separator: "|").map(String.init) }
    switch self {
    case .person:
      return (
        list("fisherman|neighbour|captain|teacher|old man|cook|postman|welder|pilot|girl|skipper"),
        list(
          "told us the whole story|turned forty|married at last|shook my hand|lost his keys|smiled "
            + "at everyone|cut his beard|writes to her mother|fell asleep on the bench|broke an arm|"
            + "wears that hat|apologised to us|got a haircut|retired on friday|whistled all the way"
        )
      )
    case .singer:
      return (
        list("singer|guitarist|drummer|fiddler|busker|pianist|crooner|encore|gig|solo"),
        list(
          "sang the encore|played two sets|tuned her guitar|forgot the lyrics|hit the high note|"
            + "sold out the gig|opened with a ballad|dropped the microphone|covered an old tune|"
            + "hummed the chorus|strummed till midnight|released a single|rehearsed the duet"
        )
      )
    case .lighthouse:
      return (
        list("lighthouse|beacon|lamp tower|light tower|lantern room|headland light|signal tower"),
        list(
          "lights the whole bay|needs a new lamp|blinks twice a minute|stands on the rocks|guided us "
            + "home|was painted in stripes|has two hundred steps|went dark last night|flashed through "
            + "the spray|lost its lantern glass|towers over the cliff|sweeps the channel"
        )
      )
    case .street:
      return (
        list("street|lane|alley|avenue|crossing|pavement|cobbled road|kerb|corner"),
        list(
          "is closed to traffic|has new cobbles|floods every spring|is jammed with cars|got fresh "
            + "tarmac|ends at the quay|is being dug up|needs street lamps|is one way now|runs uphill|"
            + "was swept at dawn|is full of potholes|has no parking left"
        )
      )
    case .bridge:
      return (
        list("bridge|footbridge|viaduct|arches|drawbridge|crossing span|trestle"),
        list(
          "spans the inlet|opens for tall masts|sways in the wind|was built of iron|reopened to "
            + "walkers|rests on five arches|is getting new railings|creaks under lorries|links both "
            + "banks|was raised at noon|carries the tram|lost a pillar"
        )
      )
    case .house:
      return (
        list("house|cottage|cabin|villa|farmhouse|boarding house|gable|chimney|porch"),
        list(
          "has a new roof|is up for rent|needs its windows fixed|smells of fresh paint|has a blue "
            + "door|was rebuilt in brick|lost its chimney|sleeps six guests|got a bigger porch|has damp "
            + "walls|was sold with the garden|has a leaking attic|keeps its shutters closed"
        )
      )
    case .club:
      return (
        list("team|goalkeeper|striker|penalty|kickoff|derby|midfield|referee|league match"),
        list(
          "won on penalties|scored in stoppage time|lost the derby|signed a new striker|kept a clean "
            + "sheet|are top of the league|drew two all|sacked the coach|missed an open goal|train on "
            + "mondays|went into extra time|were relegated|defended a corner"
        )
      )
    case .society:
      return (
        list("banner|flag|pennant|society|committee|guild|emblem|crest|ensign"),
        list(
          "raised its colours|elected a chair|meets on tuesdays|published its minutes|changed its "
            + "statutes|hoisted the pennant|voted against the plan|collects the dues|unfurled a banner|"
            + "petitioned the mayor|adopted a crest|opened its archive|seeks new members"
        )
      )
    case .brewery:
      return (
        list("coffee|tea|mug|ale|espresso|pint|cocoa|brew|saucer"),
        list(
          "serves the best coffee|brewed a new ale|ran out of milk|raised its prices|hires two "
            + "waiters|roasts its own beans|is out of cake|pours a strong stout|opened a second bar|"
            + "closes the kitchen early|bottles a cider|refills for free|launched a tea menu"
        )
      )
    case .choir:
      return (
        list("crowd|choir|crew|audience|fans|marchers|parade|procession|volunteers"),
        list(
          "marched along the quay|gathered at the gate|filled the square|took a group photo|cheered "
            + "together|welcomed fifty members|lined up in rows|paraded past us|all wore scarves|"
            + "recruit new voices|assembled at eight|waved in unison|split into sections"
        )
      )
    case .dog:
      return (
        list("dog|puppy|terrier|leash|spaniel|collar|hound|paw|retriever|bark"),
        list(
          "barked at everything|chewed my shoe|chased the ball|wagged like mad|buried a bone|pulled "
            + "the leash|rolled in the mud|begged for scraps|sniffed every post|needs a walk|growled at "
            + "the broom|shook off the water|slept in the basket|fetched the stick"
        )
      )
    case .gull:
      return (
        list("gull|seagull|bird|wings|beak|nest|feathers|tern|flock"),
        list(
          "stole my chips|flew off with a sandwich|nests on the mast|spread its wings|screeched at "
            + "dawn|circled above us|pecked at the bin|glided over the pier|laid three eggs|moulted "
            + "on the deck|hovered in the gale|swooped low"
        )
      )
    case .boat:
      return (
        list("sailboat|dinghy|sail|yacht|mainsail|keel|tiller|sloop|jib"),
        list(
          "tacked into the wind|needs a new sail|won the regatta|leaks at the keel|capsized off the "
            + "point|was rigged overnight|heeled over hard|is moored by the steps|lost its rudder|"
            + "reefed the mainsail|got fresh varnish|sailed on the tide|broke its mast"
        )
      )
    case .ship:
      return (
        list("ship|ferry|steamer|freighter|cargo|funnel|tanker|deck|trawler"),
        list(
          "docked with cargo|blew its funnel horn|unloads containers|is late from the strait|took on "
            + "diesel|carries forty cars|ran aground|weighed anchor|steamed out of port|needs dry dock|"
            + "turned at the breakwater|loaded all night|burns less fuel|rammed the quay wall"
        )
      )
    case .award:
      return (
        list("trophy|cup final prize|medal|prize|award|silverware|plaque|ribbon"),
        list(
          "was awarded tonight|goes to the winner|was engraved again|stands in the cabinet|was handed "
            + "over|has a new shortlist|was won twice|will be presented|is solid silver|was lifted "
            + "high|got polished|had four finalists"
        )
      )
    case .book:
      return (
        list("book|novel|chapter|paperback|hardcover|pages|sequel|library copy|preface"),
        list(
          "is a great read|has a sad ending|sold a thousand copies|was translated|is in paperback "
            + "now|has a dull preface|kept me up reading|was reviewed kindly|got a second edition|"
            + "has twelve chapters|is overdue|reads like a diary|was misprinted"
        )
      )
    case .fish:
      return (
        list("fish|cod|herring|salmon|net|catch|mackerel|bait|trout"),
        list(
          "swam right past us|took the bait|weighs nine pounds|slipped off the hook|jumped upstream|"
            + "hides under the jetty|got caught in a net|tastes of lemon|was grilled whole|lost some "
            + "scales|feeds on shrimp|was thrown back"
        )
      )
    }
  }
}
