import Extractors
import Screen
import Traces

/// A mode or a panel of the workbench, whole in one file: what it draws and where, which keys and
/// clicks it takes, its hints, and the actions that open it, which bring it into keys, help and
/// manual.
///
/// Layers lie on a stack. A key goes to the uppermost, which takes it or passes it on; each part of
/// the screen is drawn by the uppermost layer that takes it. What only one layer needs is stored in
/// that layer, not in the state.
protocol Layer: Sendable {
  /// What of the screen it takes from the layers beneath.
  var place: LayerPlace { get }

  /// Draws it into its place.
  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box)

  /// A key. The layer is not on the stack meanwhile, so that what it runs finds the state as it
  /// would be without the layer.
  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply

  /// Whether pasted text goes into it, a character at a time.
  var takesText: Bool { get }

  /// The line above the last; false leaves it to notices and hints.
  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool

  /// The keys that matter now, the most useful first; nil leaves them to the layer beneath.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine?

  /// What the heading of its column says in its place, that of the text for one under the tokens;
  /// nil leaves that as it is.
  var title: String? { get }

  /// Whose signals the picture and the numbers show in its place; nil leaves them to the system.
  func signals(_ state: WorkbenchState) -> (of: String, all: [Signal])?

  /// Whether its signals are those of whatever system is on screen.
  var followsSystem: Bool { get }

  /// What is changed of the picture before it is drawn; nil leaves that to the layer beneath.
  func pictureChanges(_ state: WorkbenchState) -> [Intervention]?

  /// What stands under the picture in place of the scale of values, for signals that have none.
  func legend(_ state: WorkbenchState) -> String?

  /// The figure that it draws with `WorkbenchState.draw(_:_:_:)`; nil for none. The name and the
  /// box decide when it is drawn anew, so it must come from what the layer holds, without long
  /// work.
  func figure(_ state: WorkbenchState) -> FigureRequest?

  /// Whether it shows what the models say, so that it goes when that is hidden.
  var isOfModels: Bool { get }

  /// Whether its own signals are still being asked for.
  func awaitsSignals(_ state: WorkbenchState) -> Bool

  /// Whether heat lies over the picture, for layers with a switch of their own.
  var heat: Bool? { get set }

  /// The pair whose ends the text marks.
  var markedPair: (head: Range<Int>, tail: Range<Int>)? { get }

  /// The tokens that the text marks with a cross.
  func crossedTokens(_ state: WorkbenchState) -> [Int]

  /// Letters that stand on the tokens, empty where there are none; nil: on no token.
  func tokenLabels(_ state: WorkbenchState) -> [String]?

  /// What it shows, a sentence a line, for the workbench without a screen.
  func sentences(_ state: WorkbenchState) -> [String]

  /// Whether it is left once it was read out where there is no screen.
  var isOnlyRead: Bool { get }

  /// What is to be asked outside, once each; called after every message.
  func requests(_ state: inout WorkbenchState) -> [Effect]
}

/// Which part of the screen a layer takes.
enum LayerPlace: Sendable {
  /// What lies beneath all others.
  case ground
  /// What stands under the tokens.
  case details
  /// The place of the picture.
  case picture
  /// The line above the last alone; all keys go there.
  case prompt
  /// Over everything; all keys go there.
  case over

  /// Whether the layers beneath get keys only once it is left.
  var takesAllKeys: Bool { self == .prompt || self == .over }
}

/// What became of a key.
enum LayerReply {
  /// The layer took it and remains.
  case stays([Effect])
  /// The layer took it and is left.
  case leaves([Effect])
  /// It is for the layer beneath.
  case passes
}

extension Layer {
  var takesText: Bool { false }
  var isOfModels: Bool { false }
  var title: String? { nil }
  var markedPair: (head: Range<Int>, tail: Range<Int>)? { nil }

  /// Layers without a switch of their own ignore the wish.
  var heat: Bool? {
    get { nil }
    set {}
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {}
  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool { false }
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { nil }
  func signals(_ state: WorkbenchState) -> (of: String, all: [Signal])? { nil }
  var followsSystem: Bool { false }
  func pictureChanges(_ state: WorkbenchState) -> [Intervention]? { nil }
  func legend(_ state: WorkbenchState) -> String? { nil }
  func figure(_ state: WorkbenchState) -> FigureRequest? { nil }
  func crossedTokens(_ state: WorkbenchState) -> [Int] { [] }
  func awaitsSignals(_ state: WorkbenchState) -> Bool { false }
  func tokenLabels(_ state: WorkbenchState) -> [String]? { nil }
  func requests(_ state: inout WorkbenchState) -> [Effect] { [] }
  var isOnlyRead: Bool { false }

  /// Whether what is typed is a text that Enter ends.
  var isTextPrompt: Bool { place == .prompt && takesText }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply { .passes }
}
