import Screen
import Traces

/// The layers on screen, the uppermost last, and those that were left, as they were. One of a type
/// at a time.
struct LayerStack: Sendable {
  private var layers: [any Layer] = [BrowseLayer()]
  private var left: [ObjectIdentifier: any Layer] = [:]

  /// The layer of this type, when it is on screen.
  subscript<L: Layer>(_ type: L.Type) -> L? { layers.lazy.compactMap { $0 as? L }.first }

  /// The layer of this type as it was when it was left.
  func earlier<L: Layer>(_ type: L.Type) -> L? { left[ObjectIdentifier(type)] as? L }

  /// Whether keys are commands: no layer takes them all.
  var isBrowsing: Bool { !layers.contains { $0.place.takesAllKeys } }

  /// The layers, the uppermost first.
  var downwards: ReversedCollection<[any Layer]> { layers.reversed() }

  /// The uppermost layer.
  var top: any Layer { layers.last ?? BrowseLayer() }

  /// The uppermost layer that takes a part of the screen.
  func taking(_ place: LayerPlace) -> (any Layer)? { downwards.first { $0.place == place } }

  /// What the uppermost layer that has it says.
  func first<Value>(_ value: (any Layer) -> Value?) -> Value? {
    for layer in downwards { if let found = value(layer) { return found } }
    return nil
  }

  /// Puts a layer on top, in place of one of its type.
  mutating func open<L: Layer>(_ layer: L) {
    layers.removeAll { $0 is L }
    layers.append(layer)
  }

  /// Takes a layer off, or opens it as it was when it was left.
  mutating func toggle<L: Layer>(_ fresh: L) {
    if self[L.self] != nil {
      close { $0 is L }
    } else {
      open(earlier(L.self) ?? fresh)
    }
  }

  mutating func close(_ isMeant: (any Layer) -> Bool) {
    for layer in layers where isMeant(layer) { left[ObjectIdentifier(type(of: layer))] = layer }
    layers.removeAll(where: isMeant)
  }

  /// Takes a layer off without remembering it.
  mutating func remove<L: Layer>(_ type: L.Type) { layers.removeAll { $0 is L } }

  /// Sets the switch of the uppermost layer that has one of its own; false when none has.
  mutating func setHeat(_ isOn: Bool) -> Bool {
    guard let at = layers.lastIndex(where: { $0.heat != nil }) else { return false }
    layers[at].heat = isOn
    return true
  }

  /// How many layers lie on each other.
  var count: Int { layers.count }

  /// Takes a layer out while it deals with a key.
  fileprivate mutating func take(at place: Int) -> any Layer { layers.remove(at: place) }

  fileprivate mutating func put(_ layer: any Layer, at place: Int) {
    layers.insert(layer, at: min(place, layers.count))
  }

  fileprivate mutating func remember(_ layer: any Layer) {
    left[ObjectIdentifier(type(of: layer))] = layer
  }
}

extension WorkbenchState {
  /// Gives a key to the uppermost layer that takes it.
  mutating func press(_ key: Key) -> [Effect] {
    // What cannot be seen must not be changed.
    guard Panes.fits(size) else { return keymap.command(for: key) == "quit" ? quit() : [.bell] }
    // Only where something can be drawn with the mouse.
    if case .release = key, layers[RegionLayer.self] == nil, layers[WhatIfLayer.self] == nil {
      return []
    }
    if case .click(let place) = key, let hinted = hintedKey(at: place) { return press(hinted) }
    for place in (0..<layers.count).reversed() {
      var layer = layers.take(at: place)
      switch layer.press(key, in: &self) {
      case .passes: layers.put(layer, at: place)
      case .stays(let effects):
        layers.put(layer, at: place)
        return effects
      case .leaves(let effects):
        layers.remember(layer)
        return effects
      }
    }
    return []
  }

  /// Types pasted text into a prompt; elsewhere it does nothing, as it would run as commands.
  mutating func paste(_ text: String) -> [Effect] {
    guard Panes.fits(size) else { return [.bell] }
    guard layers.top.takesText else {
      let prompts = "\(keymap.label("command")) or \(keymap.label("search"))"
      notice = Notice(text: "pasted text goes into \(prompts)")
      return [.bell]
    }
    return text.prefix(LineEditor.limit).flatMap { press(.character($0)) }
  }
}
