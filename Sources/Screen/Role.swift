/// What a piece of the screen means; a theme says how it looks. The raw value is its name in
/// theme files.
package enum Role: String, Sendable, Hashable, CaseIterable {
  // Plain content.
  case text, muted, title, rule
  // Where the person is.
  case selection, cursor, search
  // The status line, prompts and popups.
  case status, statusNote, prompt, popup, popupTitle, key, keyHint, disabled
  // Messages and states.
  case error, warning, success, saving, saved, untouched, suggested, reviewed
  // Entity types; types outside the four get one of `other1` … `other6` by their name.
  case person, location, organization, miscellaneous
  case other1, other2, other3, other4, other5, other6
  // The two ends of the pair on screen, in colours that no type has.
  case relationHead, relationTail
  // What the models say.
  case gold, textExpert, multimodalExpert, routeText, routeMultimodal, gate, bar, track
  case disagreement
  // In place of a picture.
  case placeholder
}
