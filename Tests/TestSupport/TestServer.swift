import Annotations
import Foundation
import Synchronization
import Testing

/// A PostgreSQL server of the tests' own, in a folder that goes with it: on a socket there and on a
/// free port of this machine. Ends with the process, however that ends.
package final class TestServer: Sendable {
  /// The folder of the newest server programs; nil where there are none.
  package static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return versions.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
      .last { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
  }()
  package static let absent: Comment =
    "no PostgreSQL server is installed (Debian's package postgresql)"
  /// One for all tests that leave it alive.
  package static let shared = Result { try TestServer() }

  package let folder: String
  package let port: UInt16
  private let count = Mutex(0)

  package struct Failure: Error { package let what: String }

  package init() throws {
    var template = Array("/tmp/twinlens-pg-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(what: "no folder") }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    port = try Self.freePort()
    // A server does not run as root.
    if getuid() == 0 { try Self.run("/bin/chown", ["postgres", folder]) }
    try Self.server(
      "initdb", ["-D", folder + "/data", "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C"])
    let settings = """

      port = \(port)
      listen_addresses = '127.0.0.1'
      unix_socket_directories = '\(folder)'
      max_connections = 200
      shared_buffers = 32MB
      """
    try Self.put(settings, after: true, "\(folder)/data/postgresql.conf")
    // One role needs a password.
    try Self.put(
      "host all pia 127.0.0.1/32 scram-sha-256\n", after: false, "\(folder)/data/pg_hba.conf")
    try start()
    try psql(
      "CREATE ROLE pia LOGIN PASSWORD 's3cret'; CREATE ROLE ann LOGIN; CREATE ROLE eve LOGIN; CREATE ROLE rea LOGIN; "
        + "CREATE ROLE tl_owner; CREATE ROLE tl_ann; CREATE ROLE tl_read", in: "postgres")
  }

  /// Adds a text to a file, whose owner stays the same.
  private static func put(_ text: String, after: Bool, _ file: String) throws {
    let old = try String(contentsOfFile: file, encoding: .utf8)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.write(contentsOf: Data((after ? old + text : text + old).utf8))
    try handle.close()
  }

  /// The process of the server.
  package var process: pid_t? {
    (try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8))
      .flatMap { $0.split(separator: "\n").first }.flatMap { pid_t($0) }
  }

  /// Starts the server and waits until it answers.
  package func start() throws {
    let script = """
      "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 & server=$!
      read _; kill -QUIT $server 2>/dev/null; wait; rm -rf "$2"
      """
    // A shell that runs the server until this process is gone, and with it the end of the pipe that
    // nobody writes to.
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(what: "no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (program, arguments) = Self.asServer(
      "/bin/sh", ["-c", script, "sh", Self.programs ?? "", folder])
    _ = try Self.spawn(program, arguments, input: ends[0])
    close(ends[0])
    for _ in 0..<600 {
      if (try? psql("SELECT 1", in: "postgres")) != nil { return }
      usleep(50_000)
    }
    throw Failure(what: (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "no log")
  }

  /// Ends the server as a power cut would end it, without a word to anybody.
  package func killNow() {
    guard let process else { return }
    kill(process, SIGKILL)
    // Its children see that it is gone and end.
    while hasProcesses { usleep(10_000) }
    // The shell above has not taken note of the death, so the number would count as in use.
    for file in ["data/postmaster.pid", ".s.PGSQL.\(port)", ".s.PGSQL.\(port).lock"] {
      unlink("\(folder)/\(file)")
    }
  }

  /// Whether a process works in the server's folder.
  private var hasProcesses: Bool {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.contains {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd"))
        == folder + "/data"
    }
  }

  /// A new database with an empty store; ann may annotate, rea read, eve nothing.
  package func store() throws -> (database: String, address: String) {
    // One after the other: roles belong to the server, and two scripts that grant one at the same
    // moment fail.
    let name = try count.withLock {
      $0 += 1
      let name = "store\($0)"
      try psql("CREATE DATABASE \(name)", in: "postgres")
      try psql(
        PostgresSchema.script(owner: "tl_owner", annotators: "tl_ann", readers: "tl_read")
          + "\nGRANT tl_ann TO ann, pia; GRANT tl_read TO rea;", in: name)
      return name
    }
    return (name, address(name))
  }

  /// The address of a database for somebody, through the socket or, with a port, over TCP.
  package func address(_ database: String, user: String = "ann", port: UInt16? = nil) -> String {
    guard let port else {
      return "postgres://\(user)@/\(database)?host=\(folder)&port=\(self.port)"
    }
    return "postgres://\(user)@127.0.0.1:\(port)/\(database)?sslmode=disable"
  }

  package func open(
    _ address: String, access: AnnotationStore.Access = .readWrite
  ) throws -> PostgresStore {
    try PostgresStore(PostgresAddress(address), access: access)
  }

  /// What psql prints for a script.
  @discardableResult
  package func psql(_ script: String, in database: String, user: String = "admin") throws -> String
  {
    try Self.run(
      "\(Self.programs ?? "")/psql",
      [
        "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", user,
        "-d", database, "-c", script,
      ])
  }

  @discardableResult
  package static func server(_ program: String, _ arguments: [String]) throws -> String {
    let (path, all) = asServer("\(programs ?? "")/\(program)", arguments)
    return try run(path, all)
  }

  package static func asServer(
    _ program: String, _ arguments: [String]
  ) -> (String, [String]) {
    guard getuid() == 0 else { return (program, arguments) }
    let who = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program]
    return ("/usr/bin/setpriv", who + arguments)
  }

  /// What a program prints.
  @discardableResult
  package static func run(_ program: String, _ arguments: [String]) throws -> String {
    let file = "\(NSTemporaryDirectory())/twinlens-run-\(UUID().uuidString)"
    let output = Foundation.open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    defer {
      close(output)
      unlink(file)
    }
    let process = try spawn(program, arguments, output: output)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    guard status == 0 else {
      throw Failure(what: "\(program) \(arguments.first ?? ""): \(text)")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Starts a program.
  private static func spawn(
    _ program: String, _ arguments: [String], input: Int32? = nil, output: Int32? = nil
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (number, handle) in [(Int32(0), input), (1, output), (2, output)] {
      if let handle {
        posix_spawn_file_actions_adddup2(&actions, handle, number)
      } else {
        posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
      }
    }
    // Threads of the tests may block signals, without which a shell waits for ever.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // Where the tests run may be no place for the server's user.
    let words = (["/bin/sh", "-c", "cd / && exec \"$@\"", "sh", program] + arguments)
      .map { strdup($0) }
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, words + [nil], environ)
    guard code == 0 else { throw Failure(what: "\(program): \(String(cString: strerror(code)))") }
    return process
  }

  private static func freePort() throws -> UInt16 {
    let proxy = try CuttingProxy(to: 1)
    defer { proxy.close() }
    return proxy.port
  }
}
