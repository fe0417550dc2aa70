import Files

/// Names for contents: what a store or a model was made from.
package enum DatasetHash {
  /// SHA-256 over a post's words, tags and picture id: everything that the file says of it.
  package static func hash(of post: Post) -> String {
    var hash = SHA256()
    for place in post.tokens.indices {
      post.tokens.withUTF8(place) { hash.update(field: $0) }
      hash.update(field: post.tokens.tag(place) ?? "")
    }
    hash.update(field: post.imageID ?? "")
    // Where a format has no tags, the mentions are what the file says.
    hash.update(labelsOf: post)
    return hash.hexDigest()
  }

  /// SHA-256 over a post's words alone.
  package static func hash(ofTokens post: Post) -> String {
    var hash = SHA256()
    for place in post.tokens.indices { post.tokens.withUTF8(place) { hash.update(field: $0) } }
    return hash.hexDigest()
  }
}

extension Dataset {
  /// SHA-256 over the names and hashes of all files.
  package var contentHash: String {
    var hash = SHA256()
    for file in files {
      hash.update(field: file.name)
      hash.update(field: file.hash)
    }
    return hash.hexDigest()
  }
}

extension SHA256 {
  /// Takes in a post's mentions and relations, in their order.
  mutating func update(labelsOf post: Post) {
    for mention in post.mentions {
      update(field: "\(mention.range.lowerBound) \(mention.range.upperBound)")
      update(field: mention.type.rawValue)
    }
    for relation in post.relations {
      update(field: "\(relation.head) \(relation.tail)")
      update(field: relation.label)
    }
  }
}
