/// Which posts are listed, and where the person stands among them.
///
/// Without a filter nothing is stored but a position, so that 100,000 posts cost nothing.
struct PostQueue: Sendable {
  /// Number of posts in the dataset.
  let total: Int
  /// Indices of the listed posts in the order of the list; nil = all.
  private(set) var filter: [Int]?
  /// The query that made the filter.
  private(set) var query: String?
  /// In which order the posts stand, in words; nil for the dataset's.
  private(set) var order: String?
  /// Where each post stands, in lists of another order than the dataset's.
  private var places: [Int: Int]?
  /// Position among the listed posts.
  private(set) var position = 0

  init(total: Int) { self.total = total }

  /// Number of listed posts.
  var count: Int { filter?.count ?? total }

  /// The post at a position of the list; the position must be inside.
  subscript(position: Int) -> Int { filter.map { $0[position] } ?? position }

  /// The post on screen, nil when nothing is listed.
  var current: Int? { count == 0 ? nil : self[position] }

  /// Where a post stands in the list, nil when it is not listed.
  func position(of post: Int) -> Int? {
    guard let filter else { return post < total ? post : nil }
    if let places { return places[post] }
    // The filter is sorted: a search finds posts in their order.
    var low = 0
    var high = filter.count
    while low < high {
      let middle = (low + high) / 2
      if filter[middle] < post { low = middle + 1 } else { high = middle }
    }
    return low < filter.count && filter[low] == post ? low : nil
  }

  /// Goes to a position, held inside the list.
  mutating func move(to position: Int) {
    self.position = max(0, min(position, count - 1))
  }

  /// Lists only these posts, or all again; stays at the post on screen if it is still listed, but
  /// begins with the first where another order than that of the list before is asked for.
  /// - Parameter order: in which order they stand, in words; nil when it is the dataset's.
  mutating func show(_ matches: [Int]?, query: String?, order: String? = nil) {
    let here = order == nil || query == self.query ? current : nil
    filter = matches
    self.query = matches == nil ? nil : query
    self.order = matches == nil ? nil : order
    places = nil
    if let matches, order != nil {
      places = Dictionary(zip(matches, matches.indices)) { first, _ in first }
    }
    position = 0
    if let here, let at = self.position(of: here) { position = at }
  }
}
