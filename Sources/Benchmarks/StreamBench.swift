import Corpora
import Foundation
import Services
import Tensors

/// `predict -` as a process of its own: how many posts a second, whether time grows with their
/// number alone, and how much memory it takes.
package struct StreamBench {
  /// One run.
  package struct Row: Sendable, Encodable {
    /// Posts that were asked about.
    package let posts: Int
    /// Whether their pictures were looked at.
    package let hasPictures: Bool
    /// From the start of the process to its end.
    package let seconds: Double
    /// The most that it held, as the system counts it.
    package let megabytes: Double

    /// How many a second, the start of the program left out.
    package func rate(beyond start: Double) -> Double { Double(posts) / max(1e-3, seconds - start) }
  }

  /// What all runs have in common.
  package let setting: BenchSetting
  /// The runs; those of no posts first.
  package private(set) var rows: [Row] = []

  /// Runs on a setting's posts and models.
  package init(_ setting: BenchSetting) { self.setting = setting }

  /// What is measured, in order: no posts, then more and more without and with pictures.
  ///
  /// - Parameter share: of the posts; 1 is all.
  package static func sizes(_ share: Double) -> [(posts: Int, hasPictures: Bool)] {
    let plain = [0, 1_000, 10_000, 100_000].map { ($0, false) }
    let pictured = [1_000, 10_000].map { ($0, true) }
    return (plain + pictured).map { posts, has in (Int(Double(posts) * share), has) }
  }

  /// Measures one size.
  ///
  /// - Throws: what writing and starting throw; `StreamBenchError` when there is an error in an
  ///   answer, or one is missing.
  package mutating func measure(posts: Int, hasPictures: Bool) throws {
    guard let models = setting.models else { throw StreamBenchError(reason: "there are no models") }
    let (input, output) = (setting.folder + "/stream.jsonl", setting.folder + "/answers.jsonl")
    try write(posts, hasPictures, to: input)
    var arguments = ["predict", "-", "--models", models]
    arguments += hasPictures ? ["--pictures", setting.dataset] : []
    // The first start brings the program and its models into memory; the least of a few counts.
    var (seconds, megabytes, status) = (Double.infinity, 0.0, Int32(0))
    for _ in 0..<(posts == 0 ? 4 : 1) {
      let start = ContinuousClock.now
      let run = try MeasuredChild.run(arguments, input: input, output: output)
      seconds = min(seconds, Stopwatch.milliseconds(since: start) / 1000)
      (megabytes, status) = (max(megabytes, run.megabytes), max(status, run.status))
    }
    let lines = try FileBytes.read(output, limit: 1 << 30)
    guard status == 0, lines.count(where: { $0 == 0x0A }) == posts,
      !String(decoding: lines.prefix(1 << 16), as: UTF8.self).contains("{\"error\"")
    else { throw StreamBenchError(reason: "predict - did not answer every post") }
    rows.append(
      Row(posts: posts, hasPictures: hasPictures, seconds: seconds, megabytes: megabytes))
  }

  /// The dataset's posts again and again, each under a name of its own.
  private func write(_ count: Int, _ hasPictures: Bool, to path: String) throws {
    let posts = try Dataset.open(setting.dataset).posts
    var text = Data()
    for i in 0..<count {
      let post = posts[i % posts.count]
      let line = JSONLines.line(
        Post(
          id: "\(i)", tokens: post.tokens, imageID: hasPictures ? post.imageID : nil,
          mentions: [], split: .all, source: post.source))
      text += Data((line + "\n").utf8)
    }
    try text.write(to: URL(fileURLWithPath: path))
  }

  /// The time of a run without posts.
  package var start: Double { rows.first { $0.posts == 0 }?.seconds ?? 0 }

  /// By which power of the number of posts the time beyond the start grows: the slope of a line
  /// through the logarithms, by least squares; nil with fewer than two sizes.
  package func exponent(hasPictures: Bool) -> Double? {
    let points = rows.filter { $0.hasPictures == hasPictures && $0.posts > 0 }.map {
      (x: log(Double($0.posts)), y: log(max(1e-3, $0.seconds - start)))
    }
    guard points.count > 1 else { return nil }
    let middle = (
      x: points.reduce(0) { $0 + $1.x } / Double(points.count),
      y: points.reduce(0) { $0 + $1.y } / Double(points.count)
    )
    let (over, under) = points.reduce((0.0, 0.0)) {
      (
        $0.0 + ($1.x - middle.x) * ($1.y - middle.y),
        $0.1 + ($1.x - middle.x) * ($1.x - middle.x)
      )
    }
    return under > 0 ? over / under : nil
  }
}

/// A run of the stream that is no measurement.
package struct StreamBenchError: Error, CustomStringConvertible {
  let reason: String

  package var description: String { reason }
}

/// This program as a process of its own, with files for standard input and output.
enum MeasuredChild {
  /// Runs it to its end: its status, and the most memory that it held, in millions of bytes.
  ///
  /// - Throws: `StreamBenchError` when it cannot be started.
  static func run(
    _ arguments: [String], input: String, output: String
  ) throws -> (status: Int32, megabytes: Double) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let path = "/proc/self/exe"
    var words: [UnsafeMutablePointer<CChar>?] =
      (["twinlens"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, path, &actions, nil, &words, environ)
    guard code == 0 else {
      throw StreamBenchError(
        reason: "the program cannot be started: \(String(cString: strerror(code)))")
    }
    var (status, usage): (Int32, rusage) = (0, rusage())
    while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
    // The system counts in kibibytes.
    return (status == 0 ? 0 : 1, Double(usage.ru_maxrss) * 1024 / 1e6)
  }
}
