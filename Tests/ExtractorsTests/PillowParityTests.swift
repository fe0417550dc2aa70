import Corpora
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing

@testable import Extractors

/// What a published encoder sees of real photographs against Pillow, over the whole path from a
/// post to prepared pixels. Pillow is asked here and now: `$PYTHON`, else `python3`.
@Suite("Pictures as Pillow prepares them")
struct PillowParityTests {
  private static let python = Pillow.python
  private static let photographs = Pillow.photographs

  private static let recipes: [(name: String, recipe: ImageRecipe)] = [
    ("clip", .clip()), ("vit", .vit()), ("resnet", .resnet),
  ]

  @Test(
    "real photographs",
    .enabled(if: python != nil, "no Python with Pillow; set PYTHON"),
    .enabled(if: !photographs.isEmpty, "../shared/data is absent"))
  func photographsAreSeenAsByTheReference() throws {
    try check(Self.photographs)
  }

  @Test(
    "strips, grey, ink, transparency",
    .enabled(if: python != nil, "no Python with Pillow; set PYTHON"))
  func oddFilesAreSeenAsByTheReference() throws {
    let folder = NSTemporaryDirectory() + "twinlens-odd-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Pillow.run(Pillow.oddFiles, [folder])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(files.count > 8)
    try check(files.map { folder + "/" + $0 })
  }

  /// Posts with these pictures, read as the router, the experts and trainings read them.
  private func check(_ files: [String]) throws {
    let root = NSTemporaryDirectory() + "twinlens-pillow-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileManager.default.createDirectory(
      atPath: root + "/images", withIntermediateDirectories: true)
    var lines = ""
    for (i, file) in files.enumerated() {
      let name = "p\(i)." + (file as NSString).pathExtension.lowercased()
      try FileManager.default.copyItem(atPath: file, toPath: root + "/images/" + name)
      lines += #"{"id":"\#(i)","image":"p\#(i)","tokens":["a"],"mentions":[]}"# + "\n"
    }
    try Data(lines.utf8).write(to: URL(fileURLWithPath: root + "/train.jsonl"))
    let dataset = try Dataset.open(root)
    #expect(dataset.posts.count == files.count)
    let provider = PictureProvider(dataset)
    // The router's path, which `show`, predictions and trainings take: a post is read for an
    // encoder.
    let router = RecordingEncoder()
    let eyes = Eyes(duals: [router])
    var compared = 0
    for (number, post) in dataset.posts.enumerated() {
      let reference = root + "/reference"
      try Pillow.run(Pillow.preparing, [files[number], reference])
      let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: reference)))
      guard case .success(let picture) = provider.picture(post, .reference) else {
        #expect(expected.isEmpty, "\(files[number]) is not decoded here")
        continue
      }
      // Pillow refuses some damaged files that are still decoded here; nothing can be compared.
      guard !expected.isEmpty else { continue }
      let size = 3 * 224 * 224
      _ = try? eyes.see(post, of: dataset).embedding(router.name)
      let seen = router.seen.withLock { $0 }
      #expect(seen == Self.recipes[0].recipe.prepare(picture).pixels.array, "\(files[number])")
      for (i, (name, recipe)) in Self.recipes.enumerated() {
        let pixels = recipe.prepare(picture).pixels.array
        var largest: Float = 0
        for at in 0..<size {
          let channel = at % 3
          let value = pixels[channel * size / 3 + at / 3]
          let byte = (value * recipe.deviation[channel] + recipe.mean[channel]) * 255
          largest = max(largest, abs(byte - Float(expected[i * size + at])))
        }
        #expect(largest <= 1.01, "\(files[number]) for \(name): \(largest) of 255")
      }
      compared += 1
    }
    #expect(compared > files.count / 2)
  }

  @Test func publishedEncodersAskForEveryPixel() throws {
    #expect(DecodingPurpose.reference.joined(with: .shortSide(64)) == .reference)
    #expect(DecodingPurpose.shortSide(64).joined(with: .shortSide(96)) == .shortSide(96))
    let scene = Picture(width: 1200, height: 300, color: RGB(9, 90, 200))
    let bytes = try scene.jpeg()
    func size(_ purpose: DecodingPurpose) throws -> PixelSize {
      try Picture.decode(bytes, for: purpose).picture.size
    }
    #expect(try size(.reference) == PixelSize(width: 1200, height: 300))
    // Twice the short side, whatever the long one.
    #expect(try size(.shortSide(64)) == PixelSize(width: 600, height: 150))
    #expect(try size(.shortSide(224)) == PixelSize(width: 1200, height: 300))
  }
}

/// An encoder that keeps the pixels that it was given last.
private final class RecordingEncoder: DualEncoding {
  let name = "recording"
  let dimensions = 1
  let fingerprint: String? = nil
  let longestText = 64
  let decoding = DecodingPurpose.reference
  let side = 224
  let seen = Mutex<[Float]>([])

  func unknownCount(of words: [String]) -> Int { 0 }

  func prepare(_ picture: Picture) -> PreparedPicture {
    let (pixels, region) = ImageRecipe.clip().prepare(picture)
    return (pixels.array, region)
  }

  func encode(prepared: [PreparedPicture]) -> [[Float]] {
    seen.withLock { $0 = prepared.last?.pixels ?? [] }
    return prepared.map { _ in [1] }
  }

  func patches(_ prepared: PreparedPicture) -> Tensor { Tensor([1, 1], [1]) }

  func encode(texts: [[String]]) -> [[Float]] { texts.map { _ in [1] } }
}

/// Pillow in a process of its own.
private enum Pillow {
  static let python: String? = {
    let name = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    return (try? run("import PIL.Image, sys", [], python: name)) == nil ? nil : name
  }()

  static let photographs: [String] = {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let package = folder.appendingPathComponent("Package.swift").path
      guard FileManager.default.fileExists(atPath: package) else { continue }
      let data = folder.deletingLastPathComponent().appendingPathComponent("shared/data").path
      func files(_ part: String, _ count: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: data + "/" + part)) ?? []
        return names.filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") }.sorted().prefix(count)
          .map { data + "/" + part + "/" + $0 }
      }
      return files("difficult-images", 20) + files("tweets-with-images", 12)
        + files("mnre-with-images/images", 4)
    }
    return []
  }()

  struct Failed: Error { let status: Int32 }

  static func run(_ script: String, _ arguments: [String], python: String? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python ?? Self.python ?? "python3", "-c", script] + arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
  }

  /// The three recipes' bytes one after the other; an empty file where Pillow cannot read it.
  static let preparing = """
    import sys
    from PIL import Image, ImageOps
    out = open(sys.argv[2], "wb")
    try:
        image = Image.open(sys.argv[1])
        image.load()
        image = ImageOps.exif_transpose(image).convert("RGB")
    except Exception:
        sys.exit(0)
    def short(side):
        w, h = image.size
        size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
        big = image.resize(size, Image.Resampling.BICUBIC)
        left, top = (size[0] - 224) // 2, (size[1] - 224) // 2
        return big.crop((left, top, left + 224, top + 224))
    for seen in [short(224), image.resize((224, 224), Image.Resampling.BILINEAR), short(256)]:
        out.write(seen.tobytes())
    """

  /// Files as Pillow writes them in modes that photographs rarely have.
  static let oddFiles = """
    import random, sys
    from PIL import Image, ImageDraw
    random.seed(5)
    def scene(w, h):
        image = Image.effect_noise((w, h), 60).convert("RGB")
        draw = ImageDraw.Draw(image)
        for _ in range(12):
            x, y = random.randrange(w), random.randrange(h)
            colour = tuple(random.randrange(256) for _ in range(3))
            draw.ellipse((x, y, x + w // 4, y + h // 3), fill=colour)
        return image
    folder = sys.argv[1] + "/"
    scene(1200, 300).save(folder + "wide.jpg", quality=90)
    scene(150, 1400).save(folder + "tall.jpg", quality=80, subsampling=2)
    scene(9000, 60).save(folder + "strip.png")
    scene(640, 427).save(folder + "progressive.jpg", progressive=True, subsampling=1)
    scene(501, 333).save(folder + "odd.jpg", subsampling=2)
    scene(300, 400).convert("L").save(folder + "grey.jpg")
    scene(320, 240).convert("CMYK").save(folder + "ink.jpg")
    scene(100, 80).save(folder + "small.jpg")
    rgba = scene(260, 300)
    rgba.putalpha(Image.linear_gradient("L").resize(rgba.size))
    rgba.save(folder + "transparent.png")
    scene(260, 300).convert("P").save(folder + "palette.png")
    scene(260, 300).convert("P").save(folder + "hole.png", transparency=3)
    scene(260, 300).convert("LA").save(folder + "greyalpha.png")
    scene(260, 300).convert("1").save(folder + "bits.png")
    # Sixteen bits a channel: Pillow writes grey ones only, so the others are made by hand.
    import struct, zlib
    def deep(name, colour, channels, w=260, h=300):
        rows = b""
        for y in range(h):
            rows += b"\\0" + b"".join(
                struct.pack(">H", (x * 251 + y * 199 + c * 12345 + (x * y) % 4099) % 65536)
                for x in range(w) for c in range(channels))
        def chunk(kind, data):
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
        with open(folder + name, "wb") as out:
            out.write(b"\\x89PNG\\r\\n\\x1a\\n"
                + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 16, colour, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    deep("deepgrey.png", 0, 1)
    deep("deepcolour.png", 2, 3)
    deep("deepgreyalpha.png", 4, 2)
    deep("deepalpha.png", 6, 4)
    """
}
