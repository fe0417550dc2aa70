import Foundation

/// The program of `Scripts/fuzz`: libFuzzer brings `main`, and asks here before it begins.
///
///     fuzzing list
///     fuzzing campaign TARGET FIRST COUNT POSITION-FILE
///     fuzzing one TARGET SEED
///     fuzzing seeds TARGET FOLDER DICTIONARY
///     TWINLENS_FUZZ_TARGET=NAME fuzzing CORPUS… -max_total_time=…
///
/// A crash ends the process, so the number of each round is written where another process sees it.
private let chosen: FuzzTarget? =
  ProcessInfo.processInfo.environment["TWINLENS_FUZZ_TARGET"].flatMap(FuzzTarget.named)

@_cdecl("LLVMFuzzerInitialize")
package func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  let arguments = (0..<Int(count.pointee)).compactMap {
    values.pointee[$0].map { String(cString: $0) }
  }
  guard arguments.count > 1, chosen == nil else { return 0 }
  defer { ScratchFolder.own.remove() }
  let target = arguments.count > 2 ? FuzzTarget.named(arguments[2]) : nil
  switch (arguments[1], target, arguments.count) {
  case ("list", _, _):
    for target in FuzzTarget.all { print(target.name, target.kind.rawValue, target.weight) }
  case ("one", let target?, 4):
    guard let seed = UInt64(arguments[3]) else { usage() }
    one(target, seed)
  case ("seeds", let target?, 5): write(target, arguments[3], arguments[4])
  case ("campaign", let target?, 6):
    guard let first = UInt64(arguments[3]), let count = UInt64(arguments[4]),
      let position = Position(arguments[5])
    else { usage() }
    campaign(target, first, count, position)
  default: usage()
  }
  ScratchFolder.own.remove()
  exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let chosen else { usage() }
  // libFuzzer calls a target first with nothing and then with at most a few thousand bytes.
  let bytes = [UInt8](UnsafeBufferPointer(start: data, count: count))
  do { _ = try chosen.round(bytes) } catch { fatalError("fault: \(error)") }
  return 0
}

private func usage() -> Never {
  FileHandle.standardError.write(Data("Scripts/fuzz runs this; see there\n".utf8))
  exit(2)
}

/// The number of the round that is being made, in a file that outlives the process.
private struct Position {
  private let words: UnsafeMutablePointer<UInt64>

  init?(_ path: String) {
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    guard file >= 0, ftruncate(file, 16) == 0,
      let memory = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
    else { return nil }
    words = memory.bindMemory(to: UInt64.self, capacity: 2)
  }

  func begin(_ seed: UInt64) { words[0] = seed }
  func taken() { words[1] += 1 }
}

/// Seconds of the processor that a round may take, many times what the slowest takes.
private let mostSeconds = 5.0
/// Bytes that the process may ever have had: the sanitizer's own included.
private let mostMemory = 3 << 30

private func campaign(_ target: FuzzTarget, _ first: UInt64, _ count: UInt64, _ position: Position)
{
  let seeds = target.seeds()
  var clock = seconds()
  for seed in first..<(first + count) {
    position.begin(seed)
    let input = target.input(seed, of: seeds)
    do {
      if try target.round(input) { position.taken() }
    } catch {
      report(target, seed, "\(error)")
    }
    let now = seconds()
    if now - clock > mostSeconds { report(target, seed, "took \(Int(now - clock)) s") }
    if seed % 64 == 0 || now - clock > 0.05, peak() > mostMemory {
      report(target, seed, "the process had \(peak() >> 20) MB")
      exit(3)
    }
    clock = seconds()
  }
  position.begin(first + count)
  print("peak \(peak() >> 20)")
}

private func report(_ target: FuzzTarget, _ seed: UInt64, _ words: String) {
  print("fault \(target.name) \(seed) \(words.debugDescription)")
  fflush(nil)
}

private func one(_ target: FuzzTarget, _ seed: UInt64) {
  let input = target.input(seed, of: target.seeds())
  _ = FileManager.default.createFile(
    atPath: "\(target.name)-\(seed).input", contents: Data(input))
  print("\(input.count) bytes are in \(target.name)-\(seed).input")
  fflush(nil)
  do { print(try target.round(input) ? "taken" : "refused") } catch { print("fault: \(error)") }
}

/// Seeds as files, and the words as a dictionary of libFuzzer's.
private func write(_ target: FuzzTarget, _ folder: String, _ dictionary: String) {
  for (number, seed) in (target.seeds() + target.found()).enumerated() {
    _ = FileManager.default.createFile(atPath: "\(folder)/seed-\(number)", contents: Data(seed))
  }
  let lines = target.tokens.filter { !$0.isEmpty }.map { token in
    let escaped = token.utf8.map { byte -> String in
      let isPlain = (0x20..<0x7F).contains(byte) && byte != 0x22 && byte != 0x5C
      let hex = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(Character(Unicode.Scalar(byte))) : "\\x\(byte < 16 ? "0" : "")\(hex)"
    }
    return "\"\(escaped.joined())\"\n"
  }
  _ = FileManager.default.createFile(atPath: dictionary, contents: Data(lines.joined().utf8))
}

/// Of the processor, however busy the machine is.
private func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Most bytes that the process ever had.
private func peak() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}
