import Foundation

extension DataFormat {
  /// The file with the text beside a file of labels, where there is one.
  func textName(beside name: String, in folder: String) -> String? {
    guard let textExtension, DataFile.fileExtension(of: name).lowercased() == fileExtension else {
      return nil
    }
    let text = "\(DataFile.stem(of: name)).\(textExtension)"
    return access("\(folder)/\(text)", F_OK) == 0 ? text : nil
  }
}

extension ImageIndex {
  /// The picture of a document that has no place to name it: its own name, or that without the
  /// number that tells documents of one picture apart; nil where there is none.
  func picture(ofDocument name: String?) -> String? {
    guard let name else { return nil }
    if case .file = lookup(name) { return name }
    guard let dash = name.lastIndex(of: "-"), Int(name[name.index(after: dash)...]) != nil else {
      return nil
    }
    let base = String(name[..<dash])
    if case .file = lookup(base) { return base }
    return nil
  }
}
