import Corpora
import Foundation
import Pictures
import Screen
import Services
import Traces
import Workbench

/// A picture with heat for a box of 400×300 pixels, as sixels.
package enum PictureBench {
  private static let box = Size(columns: 40, rows: 15)
  private static let cell = (width: 10, height: 20)
  private static let heat = Heat(
    shape: .grid(rows: 7, columns: 7, region: .whole),
    values: (0..<49).map { Float(($0 * 37) % 49) / 48 })

  /// New, and asked for a second time.
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    let dataset = try Dataset.open(setting.dataset)
    let files = files(of: dataset)
    var style = PictureService.Style(rung: .sixel)
    (style.cellWidth, style.cellHeight) = cell
    let service = PictureService(dataset, style: style, mailbox: Mailbox())
    var cold: [Double] = []
    var cached: [Double] = []
    let start = ContinuousClock.now
    for (post, _) in files where Stopwatch.milliseconds(since: start) < 5000 {
      let request = PictureRequest(post: post.id, box: box, heat: heat)
      let first = Stopwatch.milliseconds { _ = service.picture(request, style) }
      guard case .pixels = service.picture(request, style) else { continue }
      cold.append(first)
      cached.append(Stopwatch.milliseconds { _ = service.picture(request, style) })
    }
    let missing = cold.isEmpty ? "no picture of the dataset can be read" : nil
    return [
      BenchRow(
        what: "picture at 400×300 pixels, new", budget: Budget(statistic: .p95, limit: 80),
        figures: Figures(cold), note: try missing ?? parts(files.map(\.path))),
      BenchRow(
        what: "picture at 400×300 pixels, seen before",
        budget: Budget(statistic: .p95, limit: 10), figures: Figures(cached), note: missing),
    ]
  }

  /// Posts with pictures, each picture once.
  private static func files(of dataset: Dataset) -> [(post: Post, path: String)] {
    var seen = Set<String>()
    var files: [(Post, String)] = []
    for post in dataset.posts {
      guard files.count < 200, case .file(let path) = dataset.image(for: post) else { continue }
      if seen.insert(path).inserted { files.append((post, path)) }
    }
    return files
  }

  private static func parts(_ paths: [String]) throws -> String {
    let pixels = PixelSize(width: 400, height: 300)
    let grid = HeatGrid(heat.values, rows: 7, columns: 7, region: .whole)
    var times: [[Double]] = [[], [], [], []]
    for path in paths.prefix(30) {
      var decoded: Picture?
      times[0].append(
        try Stopwatch.milliseconds {
          decoded = try Picture.decode(file: path, fitting: pixels).picture
        })
      guard var picture = decoded else { continue }
      let filter: ResamplingFilter =
        picture.width >= pixels.width && picture.height >= pixels.height ? .box : .bicubic
      times[1].append(
        Stopwatch.milliseconds { picture = picture.resized(to: pixels, filter: filter) })
      times[2].append(Stopwatch.milliseconds { picture = picture.overlaid(with: grid) })
      times[3].append(try Stopwatch.milliseconds { _ = try picture.sixel() })
    }
    let medians = times.map { Figures($0).value(.median) ?? 0 }
    return String(
      format: "medians: decoding %.1f ms, scaling %.1f ms, heat %.1f ms, sixels %.1f ms",
      medians[0], medians[1], medians[2], medians[3])
  }
}
