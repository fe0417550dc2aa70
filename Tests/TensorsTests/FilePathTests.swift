import Files
import Tensors
import Testing

struct FilePathTests {
  @Test(arguments: [
    ("h", ".", "h"), ("/h", "/", "h"), ("a/b", "a", "b"), ("/a/b/", "/a", "b"), ("/", "/", ""),
    ("", ".", ""), (".", ".", "."), ("a//b", "a/", "b"), ("é", ".", "é"),
  ])
  func partsOfAPath(path: String, parent: String, name: String) {
    #expect(FilePath.parent(of: path) == parent)
    #expect(FilePath.name(of: path) == name)
  }
}
