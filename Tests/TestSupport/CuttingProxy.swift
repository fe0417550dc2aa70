import Foundation
import Synchronization

/// Passes bytes between clients and a server of this machine, and cuts a connection where it is
/// told.
package final class CuttingProxy: Sendable {
  package let port: UInt16
  private let target: UInt16
  private let listener: Int32
  /// Bytes that may still pass to the server, and from it; nil for any number. Set for the next
  /// connection and those after it.
  private let limits = Mutex<(up: Int?, down: Int?)>((nil, nil))
  private let passed = Mutex((up: 0, down: 0))

  package init(to target: UInt16) throws {
    self.target = target
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    listener = handle
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(handle, pointer, length) == 0 && listen(handle, 64) == 0
          && getsockname(handle, pointer, &length) == 0
      }
    }
    guard result else { throw TestServer.Failure(what: "no port") }
    port = UInt16(bigEndian: address.sin_port)
  }

  /// Bytes that were passed on so far, of all connections.
  package var count: (up: Int, down: Int) { passed.withLock { $0 } }

  /// Begins to take connections.
  package func run() {
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [self] in pass(client) }
      }
    }
  }

  /// Answers the next client with these bytes, whatever it says.
  package func answer(_ bytes: Data) {
    Thread.detachNewThread { [self] in
      let client = accept(listener, nil, nil)
      var buffer = [UInt8](repeating: 0, count: 1024)
      _ = read(client, &buffer, buffer.count)
      _ = bytes.withUnsafeBytes {
        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      Foundation.close(client)
    }
  }

  /// Cuts after so many more bytes in either direction; that connection and no later one.
  package func cut(up: Int? = nil, down: Int? = nil) { limits.withLock { $0 = (up, down) } }

  package func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    Foundation.close(listener)
  }

  private func pass(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      Foundation.close(client)
      Foundation.close(server)
    }
    var address = Self.address(target)
    let isConnected = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var items = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0),
      pollfd(fd: server, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&items, 2, -1) > 0 {
      for (place, item) in items.enumerated() where item.revents != 0 {
        let isUp = place == 0
        let count = read(item.fd, &buffer, buffer.count)
        guard count > 0 else { return }
        let allowed = limits.withLock { limits in
          let left = isUp ? limits.up : limits.down
          guard let left else { return count }
          if isUp { limits.up = left - count } else { limits.down = left - count }
          if left <= count { limits = (nil, nil) }
          return min(left, count)
        }
        // Counted first: who has the bytes may ask at once how many there were.
        passed.withLock { if isUp { $0.up += allowed } else { $0.down += allowed } }
        if allowed > 0, write(isUp ? server : client, buffer, allowed) != allowed { return }
        guard allowed == count else { return }
      }
    }
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }
}
