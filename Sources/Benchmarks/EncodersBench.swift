import Foundation
import Services
import Tensors

/// Measures shapes one after the other: ours, and the peers' in turns with ours.
package struct EncodersBench {
  /// What was measured of one shape.
  package struct Row {
    let shape: EncodersShape
    /// Milliseconds.
    let ours: Figures
    /// By the names that the peers' script has for them.
    var peers: [String: Figures] = [:]
    /// Bytes of the weights, and of a process at its largest that only makes and runs this.
    let weights: Int
    let memory: Int?
    var note: String?
  }

  package let peer: EncodersPeer?
  /// Time for each shape and measured program.
  package let seconds: Double

  /// Of our products, and of the peers'.
  package let precision: Precision

  package init(peer: EncodersPeer?, seconds: Double, precision: Precision) {
    self.peer = peer
    self.seconds = seconds
    self.precision = precision
  }

  private static let rounds = 6

  /// Measures one shape.
  /// - Throws: what making or running the model throws.
  package func measure(_ shape: EncodersShape) throws -> Row {
    let memory = Self.peakMemory(ofNamed: shape.name, precision)
    let subject = try shape.make(precision)
    func ours(_ count: Int) throws -> [Double] {
      try (0..<count).map { _ in try Stopwatch.milliseconds { try subject.run() } }
    }
    _ = try ours(2)
    var (note, backends): (String?, [String]) = (nil, [])
    do {
      backends = try peer?.load(shape.name, precision) ?? []
    } catch {
      note = "\(error)"
    }
    // As many runs in a turn as fit, by a first one that does not count.
    func turns(_ first: [Double]) -> Int {
      let all = 1000 * seconds / max(0.01, first.max() ?? 1)
      return max(1, min(40, Int(all) / Self.rounds))
    }
    let count = turns(try ours(1))
    let counts = try backends.map { turns(try peer?.times($0, 1) ?? []) }
    var times: [Double] = []
    var others = backends.map { _ in [Double]() }
    for _ in 0..<Self.rounds {
      times += try ours(count)
      for (i, backend) in backends.enumerated() {
        others[i] += try peer?.times(backend, counts[i]) ?? []
      }
    }
    try peer?.unload()
    return Row(
      shape: shape, ours: Figures(times),
      peers: Dictionary(uniqueKeysWithValues: zip(backends, others.map { Figures($0) })),
      weights: subject.weights, memory: memory, note: note)
  }

  /// Thousand million operations a second that our products reach on a large one: the roofline.
  package static func productPeak(_ precision: Precision) -> Double {
    let (rows, size) = (1_120, 1_024)
    let arena = Arena()
    arena.reset(reserving: 2 * Arena.size(rows: rows, columns: size))
    let (x, y) = (
      arena.matrix(rows: rows, columns: size), arena.matrix(rows: rows, columns: size)
    )
    for r in 0..<rows { for c in 0..<size { x.base[r * x.stride + c] = 0.5 } }
    let weight = PackedMatrix(Tensor([size, size], repeating: 0.25), precision: precision)
    let times = (0..<20).map { _ in Stopwatch.milliseconds { weight.multiply(x, into: y) } }
    return 2 * Double(rows * size * size) / (times.min() ?? 1) / 1e6
  }
}

extension EncodersBench {
  /// Makes a shape and runs it twice; what this process took at most, in bytes. For a process of
  /// its own.
  package static func peakMemory(
    of shape: EncodersShape, _ precision: Precision
  ) throws -> Int? {
    let subject = try shape.make(precision)
    for _ in 0..<2 { try subject.run() }
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The same, by this program once more.
  private static func peakMemory(ofNamed name: String, _ precision: Precision) -> Int? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: SharedFiles.executable)
    process.arguments = [
      "bench", "encoders", "--memory-of", name, "--precision", precision.rawValue,
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Int(
      String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
