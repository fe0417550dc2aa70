import Foundation

/// How two descriptions of trainings differ, in words.
package enum OriginDifference {
  /// `epochs 6 there, 1 now`, for every field that differs; seeds are left out.
  package static func words(_ there: some Encodable, _ now: some Encodable) -> [String] {
    let (old, new) = (fields(there), fields(now))
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      guard old[name] != new[name], !name.hasSuffix("seed") else { return nil }
      func short(_ value: String?) -> String { value.map { String($0.prefix(60)) } ?? "none" }
      return "\(spelled(name)) \(short(old[name])) there, \(short(new[name])) now"
    }
  }

  /// `learning rate` of `settings.learningRate`.
  private static func spelled(_ name: String) -> String {
    let last = name.hasPrefix("settings.") ? name.dropFirst("settings.".count) : name[...]
    return TrainingMetric.words(String(last))
  }

  private static func fields(_ value: some Encodable) -> [String: String] {
    guard let data = try? JSONEncoder().encode(value),
      let object = try? JSONSerialization.jsonObject(with: data)
    else { return [:] }
    var result: [String: String] = [:]
    func walk(_ value: Any, _ path: String) {
      if let parts = value as? [String: Any] {
        for (name, part) in parts { walk(part, path.isEmpty ? name : "\(path).\(name)") }
      } else {
        result[path] = "\(value)"
      }
    }
    walk(object, "")
    return result
  }
}
