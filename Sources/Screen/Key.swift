/// A key press as the workbench sees it, whatever the terminal sent.
package enum Key: Sendable, Hashable {
  case character(Character)
  case control(Character)
  case alt(Character)
  case up, down, left, right
  case home, end, pageUp, pageDown
  case enter, escape, tab, backTab, backspace, delete, insert
  case function(Int)
  /// A mouse press at a cell (optional input).
  case click(Position)
  /// Where the pressed button of the mouse was let go.
  case release(Position)
  case scroll(Position, up: Bool)
}
