import Files

/// How the numbers of a stored tensor are written, by the names that safetensors files use;
/// little-endian.
package enum NumberType: String, Sendable, Hashable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  package var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether this is a floating-point type.
  package var isFloat: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// Widens (or rounds) whole numbers from raw bytes to float32.
  ///
  /// - Parameters:
  ///   - bytes: at least `count · size` bytes; no alignment is needed.
  ///   - out: room for `count` numbers.
  package func widen(
    _ bytes: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    precondition(count >= 0 && bytes.count / size >= count, "too few bytes for \(count) numbers")
    func convert<T>(_ type: T.Type, _ number: (T) -> Float) {
      for i in 0..<count {
        out[i] = number(bytes.loadUnaligned(fromByteOffset: i * size, as: type))
      }
    }
    switch self {
    case .float32:
      UnsafeMutableRawPointer(out).copyMemory(
        from: bytes.baseAddress ?? UnsafeRawPointer(out), byteCount: 4 * count)
    case .float64: convert(Double.self) { Float($0) }
    case .float16:
      HalfPrecision.widen(bytes, into: out, count: count)
    case .bfloat16: convert(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64: convert(Int64.self) { Float($0) }
    case .int32: convert(Int32.self) { Float($0) }
    case .int16: convert(Int16.self) { Float($0) }
    case .int8: convert(Int8.self) { Float($0) }
    case .uint64: convert(UInt64.self) { Float($0) }
    case .uint32: convert(UInt32.self) { Float($0) }
    case .uint16: convert(UInt16.self) { Float($0) }
    case .uint8, .bool: convert(UInt8.self) { Float($0) }
    }
  }
}

extension HalfPrecision {
  /// Many half-precision numbers at once, exactly as `float` gives them.
  static func widen(
    _ bytes: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      let half = bytes.loadUnaligned(fromByteOffset: 2 * i, as: SIMD8<UInt16>.self)
      let wide = SIMD8<UInt32>(truncatingIfNeeded: half)
      // Exponent and fraction at their new places, 112 too low; the product repairs it, also for
      // numbers below the normal range.
      let magnitude = (wide & 0x7FFF) &<< 13
      let scaled = unsafeBitCast(magnitude, to: SIMD8<Float>.self) * 0x1p112
      var bits = unsafeBitCast(scaled, to: SIMD8<UInt32>.self)
      bits.replace(with: magnitude | 0x7F80_0000, where: magnitude .>= 0x0F80_0000)
      bits |= (wide & 0x8000) &<< 16
      UnsafeMutableRawPointer(out + i).storeBytes(of: bits, as: SIMD8<UInt32>.self)
      i += 8
    }
    while i < count {
      out[i] = float(bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
      i += 1
    }
  }
}

extension ByteSource {
  /// The numbers of a range of whole numbers as float32; the range's pages are given back.
  package func floats(_ range: Range<Int>, _ type: NumberType) -> [Float] {
    let count = range.count / type.size
    return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let out = buffer.baseAddress {
        readOnce(range.lowerBound..<(range.lowerBound + count * type.size)) { offset, piece in
          type.widen(piece, into: out + offset / type.size, count: piece.count / type.size)
        }
      }
      filled = count
    }
  }
}
