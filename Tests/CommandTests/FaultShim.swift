import Foundation

/// A library that makes writes, syncs and truncations of a program's SQLite files fail, preloaded
/// into the program.
struct FaultShim {
  /// What happens at the chosen write.
  enum Mode: Int, CaseIterable {
    case killed, noSpace, ioError, partlyWritten, shortWrite, readOnly, quota
  }

  let path: String

  /// Compiles the library; nil where there is no C compiler.
  init?(in folder: TemporaryFolder) throws {
    let source = try folder.write(Self.source, "faults.c")
    path = folder.path + "/faults.so"
    guard let compiler = Self.compiler else { return nil }
    let child = try Child(
      compiler, ["-shared", "-fPIC", "-o", path, source, "-ldl"], errors: folder.path + "/cc",
      environment: ProcessInfo.processInfo.environment)
    guard child.wait() == 0 else { return nil }
  }

  /// Whether there is a compiler to make it with.
  static var isPossible: Bool { compiler != nil }

  /// The system's C compiler, else the one that comes with Swift: a bare system has no other.
  private static let compiler: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    let folders = ["/usr/bin"] + path.split(separator: ":").map(String.init)
    return ["cc", "clang", "gcc"].flatMap { name in folders.map { "\($0)/\(name)" } }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }()

  /// What to start a program with so that the writes `range` (from 1) fail; counts them in
  /// `counting`.
  func environment(
    _ mode: Mode = .killed, at range: ClosedRange<Int> = 0...0, only part: String = ".sqlite",
    counting: String? = nil
  ) -> [String: String] {
    var values = [
      "LD_PRELOAD": path, "FAULT_FROM": "\(range.lowerBound)", "FAULT_TO": "\(range.upperBound)",
      "FAULT_MODE": "\(mode.rawValue)", "FAULT_PART": part,
    ]
    values["FAULT_COUNT"] = counting
    return values
  }

  private static let source = #"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <signal.h>
    #include <stdatomic.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/types.h>
    #include <unistd.h>

    static atomic_int count;

    static int number(const char *name) { const char *text = getenv(name); return text ? atoi(text) : 0; }

    /* Whether this call is one of those that fail. */
    static int fails(int file) {
      char link[64], path[512];
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length < 0) return 0;
      path[length] = 0;
      const char *part = getenv("FAULT_PART");
      if (!strstr(path, part ? part : ".sqlite") || strstr(path, ".lock")) return 0;
      int now = atomic_fetch_add(&count, 1) + 1;
      const char *out = getenv("FAULT_COUNT");
      if (out) { FILE *f = fopen(out, "w"); if (f) { fprintf(f, "%d", now); fclose(f); } }
      return now >= number("FAULT_FROM") && now <= number("FAULT_TO");
    }

    ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
      ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
      if (!fails(file)) return real(file, bytes, size, at);
      switch (number("FAULT_MODE")) {
      case 0: real(file, bytes, size / 2, at); raise(SIGKILL); return -1;
      case 1: errno = ENOSPC; return -1;
      case 2: errno = EIO; return -1;
      case 3: real(file, bytes, size / 3, at); errno = ENOSPC; return -1;
      case 4: return real(file, bytes, size > 1 ? size / 2 : size, at);
      case 5: errno = EROFS; return -1;
      default: errno = EDQUOT; return -1;
      }
    }
    ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

    static int other(int file) {
      if (!fails(file)) return 0;
      int mode = number("FAULT_MODE");
      if (mode == 0) raise(SIGKILL);
      if (mode == 4) return 0;
      errno = EIO;
      return -1;
    }
    int fsync(int file) { int (*real)(int) = dlsym(RTLD_NEXT, "fsync"); return other(file) ? -1 : real(file); }
    int fdatasync(int file) { int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync"); return other(file) ? -1 : real(file); }
    int ftruncate64(int file, off64_t size) { int (*real)(int, off64_t) = dlsym(RTLD_NEXT, "ftruncate64"); return other(file) ? -1 : real(file, size); }
    int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
    """#
}
