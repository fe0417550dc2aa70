import Files
import Foundation

/// One HTML file that needs nothing else: no script, and nothing is fetched, which its own policy
/// forbids the browser too.
package enum HTMLPage {
  /// The whole page.
  /// - Parameters:
  ///   - title: as text.
  ///   - body: as HTML, everything in it escaped; pictures as `data:` addresses.
  package static func document(title: String, body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Markup.escaped(title))</title>
    <style>\(style)</style>
    </head>
    <body>
    <main>
    \(body)</main>
    </body>
    </html>

    """
  }

  /// A paragraph of text.
  package static func paragraph(_ text: String) -> String { "<p>\(Markup.escaped(text))</p>\n" }

  /// A table of text: names of columns, then rows.
  package static func table(_ heads: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(Markup.escaped($0))</\(tag)>" }.joined() + "</tr>\n"
    }
    return "<table>\n<thead>" + row(heads, "th") + "</thead>\n<tbody>\n"
      + rows.map { row($0, "td") }.joined() + "</tbody>\n</table>\n"
  }

  /// What a reader opens: words, then HTML.
  package static func details(_ words: String, _ body: String) -> String {
    "<details><summary>\(Markup.escaped(words))</summary>\n\(body)</details>\n"
  }

  /// Nothing from anywhere but the page itself: its pictures, and its one sheet of styles.
  private static let policy = """
    default-src 'none'; img-src data:; style-src '\(styleDigest)'; base-uri 'none'; \
    form-action 'none'
    """

  private static let style = """
    body{margin:0;background:#fff;color:#181818;font:16px/1.5 'DejaVu Sans',Verdana,Arial,sans-serif}\
    main{max-width:70rem;margin:auto;padding:1rem}\
    svg{max-width:100%;height:auto}\
    table{border-collapse:collapse;font-size:.85rem}\
    td,th{border:1px solid #ccc;padding:.15rem .5rem;text-align:right}\
    summary{cursor:pointer}
    """

  private static var styleDigest: String {
    let hex = Array(SHA256.hexDigest(of: Array(style.utf8)))
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap {
      UInt8(String(hex[$0...($0 + 1)]), radix: 16)
    }
    return "sha256-\(Data(bytes).base64EncodedString())"
  }
}
