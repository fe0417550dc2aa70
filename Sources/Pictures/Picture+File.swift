import Glibc

extension Picture {
  /// Reads and decodes a file by path. Only plain files are opened; a pipe cannot hold the caller
  /// up.
  ///
  /// Throws `PictureError`; see `decode(_:fitting:limits:)` for `box`.
  package static func decode(
    file path: String, fitting box: PixelSize? = nil, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    try decode(file: path, for: .screen(box), limits: limits)
  }

  /// Reads and decodes a file by path with the pixels that its reader needs.
  ///
  /// Throws `PictureError`.
  package static func decode(
    file path: String, for purpose: DecodingPurpose, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    return try decode(descriptor: descriptor, name: path, for: purpose, limits: limits)
  }

  /// Reads and decodes an open plain file from its start; the descriptor stays open and where it
  /// stands.
  ///
  /// `name` is only used in errors. Throws `PictureError`.
  package static func decode(
    descriptor: Int32, name: String, fitting box: PixelSize? = nil,
    limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) -> DecodedPicture {
    try decode(descriptor: descriptor, name: name, for: .screen(box), limits: limits)
  }

  private static func decode(
    descriptor: Int32, name: String, for purpose: DecodingPurpose, limits: DecodingLimits
  ) throws(PictureError) -> DecodedPicture {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: name, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: name) }
    let size = Int(status.st_size)
    guard size > 0 else { throw .empty }
    guard size <= limits.bytes else { throw .tooManyBytes(size, limit: limits.bytes) }
    var failure: Int32 = 0
    // A file that shrinks meanwhile gives fewer bytes; one that grows is cut at its first size.
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = pread(descriptor, base + count, size - count, off_t(count))
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { break }
        count += got
      }
    }
    guard failure == 0 else { throw .unreadable(path: name, code: failure) }
    return try decode(bytes, for: purpose, limits: limits)
  }
}
