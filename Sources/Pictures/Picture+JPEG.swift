import CJPEG

extension Picture {
  /// The picture as a baseline JPEG with 4:2:0 colour; the same pixels and library give the same
  /// bytes.
  ///
  /// - Parameter quality: 1 … 100.
  /// - Throws: `PictureError.notEncodable` when the library refuses.
  package func jpeg(quality: Int = 85) throws(PictureError) -> [UInt8] {
    guard let handle = tjInitCompress() else {
      throw .notEncodable(format: "JPEG", reason: Self.lastJPEGError(nil))
    }
    defer { tjDestroy(handle) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(buffer) }
    let status = tjCompress2(
      handle, pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), &buffer, &size,
      Int32(TJSAMP_420.rawValue), Int32(min(100, max(1, quality))), TJFLAG_ACCURATEDCT)
    guard status == 0, let buffer else {
      throw .notEncodable(format: "JPEG", reason: Self.lastJPEGError(handle))
    }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  private static func lastJPEGError(_ handle: tjhandle?) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown"
  }
}
