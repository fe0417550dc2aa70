/// Finds the name that somebody meant who wrote another.
package enum NearestName {
  /// The known name with the smallest edit distance, when that is small; the first of equals.
  package static func find(_ name: String, among known: some Sequence<String>) -> String? {
    // A long text is no slip of the finger, and the distance takes time in proportion to it.
    guard name.count <= 30 else { return nil }
    let ranked = known.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
    guard let ranked, ranked.1 <= (name.count < 4 ? 1 : max(2, name.count / 3)) else { return nil }
    return ranked.0
  }

  /// Levenshtein distance.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
