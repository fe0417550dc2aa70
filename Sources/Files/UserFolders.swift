import Foundation

/// The program's folders of a person, by the rules of the XDG Base Directory Specification
/// (https://specifications.freedesktop.org/basedir/latest/): a variable that is not set, or names
/// no absolute path, leaves the default. Nothing need be there.
package enum UserFolders {
  /// What the person chose: `$XDG_CONFIG_HOME/twinlens`, else `~/.config/twinlens`.
  package static func configuration(_ environment: [String: String]) -> String {
    folder("XDG_CONFIG_HOME", ".config", environment)
  }

  /// What is kept from session to session: `$XDG_STATE_HOME/twinlens`, else
  /// `~/.local/state/twinlens`.
  package static func state(_ environment: [String: String]) -> String {
    folder("XDG_STATE_HOME", ".local/state", environment)
  }

  /// What can be made again: `$XDG_CACHE_HOME/twinlens`, else `~/.cache/twinlens`.
  package static func cache(_ environment: [String: String]) -> String {
    folder("XDG_CACHE_HOME", ".cache", environment)
  }

  private static func folder(
    _ variable: String, _ fallback: String, _ environment: [String: String]
  ) -> String {
    let named = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (named ?? "\(environment["HOME"] ?? NSHomeDirectory())/\(fallback)") + "/twinlens"
  }
}
