import Corpora
import Encoders
import Foundation
import Pictures
import Tensors
import Testing
import Traces

@testable import Extractors
@testable import Studies

/// Pictures of one pixel and long strips, whole and through every view. What comes out is always an
/// answer of finite numbers: pictures are blown up to what a network reads, rectangles hold one
/// pixel at least, and no size is refused.
@Suite("Small pictures", .serialized)
struct SmallPictureTests {
  static let sizes = [
    PixelSize(width: 1, height: 1), PixelSize(width: 3, height: 200),
    PixelSize(width: 200, height: 3),
  ]

  /// A picture with colours that differ from pixel to pixel.
  static func picture(_ size: PixelSize) -> Picture {
    let count = 3 * size.width * size.height
    return Picture(
      width: size.width, height: size.height,
      pixels: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 90) })
  }

  /// Rectangles that are smaller than a pixel, have no area, or lie on the border.
  static let places = [
    ImageRegion(left: 0.5, top: 0.5, width: 0.01, height: 0.01),
    ImageRegion(left: 0.2, top: 0.9, width: 0, height: 0),
    ImageRegion(left: 1, top: 1, width: 0, height: 0), .whole,
  ]

  /// Every way to look at a picture.
  static var views: [PictureView] {
    [.whole, .mirrored, .quadrants(nil)]
      + places.flatMap { place -> [PictureView] in
        [
          .crop(place, cells: nil), .crop(place, cells: 4), .crop(place, cells: 2),
          .frame(place, .red), .frame(place, .blue), .quadrants(place),
        ] + PictureView.FrameDrawing.allCases.map { .frame(place, .red, $0) }
      }
  }

  private func isInside(_ region: ImageRegion) -> Bool {
    region.left >= 0 && region.top >= 0 && region.width >= 0 && region.height >= 0
      && region.left + region.width <= 1.0001 && region.top + region.height <= 1.0001
  }

  // MARK: Views

  @Test func aFrozenNetworkSeesThemInEveryView() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let source = try RegionSource(folder: place.folder + "/models/resnet")
    let usual = Picture(width: 40, height: 24, color: RGB(90, 120, 30))
    for view in Self.views {
      let shape = try source.regions(of: usual, view).shape
      for size in Self.sizes {
        let seen = try source.regions(of: Self.picture(size), view)
        #expect(seen.shape == shape, "\(view) of \(size)")
        let odd = seen.array.count { !$0.isFinite }
        #expect(odd == 0, "\(view) of \(size)")
        #expect(isInside(seen.seen), "\(view) of \(size): \(seen.seen)")
      }
    }
    for size in Self.sizes {
      let found = try source.regions(of: Self.picture(size)).salient(most: 3)
      #expect(found.count <= 3 && found.allSatisfy { isInside($0) && $0.width > 0 })
    }
  }

  @Test func towersSeeThemInEveryView() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    for folder in [try place.tower(), try place.clipTower(width: 8, heads: 2, inner: 16)] {
      let tower = try PictureTower(folder: folder)
      for view in Self.views {
        for size in Self.sizes {
          let pixels = tower.pixels(Self.picture(size), view)
          #expect(pixels.shape == tower.nothing(view).shape, "\(view) of \(size)")
          let tape = Tape()
          let whole = Tensor([1] + pixels.shape, pixels.array)
          var numbers = tape[try tower.patches(whole, tape)].array
          if pixels.shape[1] == tower.configuration.side {
            numbers += tape[try tower(tape.constant(whole), tape)].array
          }
          let odd = (pixels.array + numbers).count { !$0.isFinite }
          #expect(odd == 0, "\(view) of \(size)")
        }
      }
    }
  }

  /// CLIP's own recipe cuts the middle out and ResNet's does at another size.
  @Test(arguments: [ImageRecipe.clip(side: 32), .vit(side: 32), .resnet])
  func publishedRecipesPrepareThem(_ recipe: ImageRecipe) throws {
    let output = try #require(recipe.output)
    for size in Self.sizes {
      let (pixels, seen) = recipe.prepare(Self.picture(size))
      #expect(pixels.shape == [3, output.height, output.width])
      let odd = pixels.array.count { !$0.isFinite }
      #expect(odd == 0 && isInside(seen), "\(size)")
    }
  }

  @Test func textsAreGroundedToThem() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    let dual = try DualEncoderFolder.open(place.folder + "/models/dual")
    let posts = place.posts
    for size in Self.sizes {
      let pictures = PictureProvider(name: "small") { _, _ in .success(Self.picture(size)) }
      let post = Eyes(duals: [dual]).see(posts.train[0], pictures)
      let embedding = try post.embedding("dual")
      let numbers = embedding.text + (embedding.picture ?? [.nan])
      #expect(numbers.allSatisfy { $0.isFinite })
      let patches = try #require(try post.patches(by: "dual"))
      #expect(patches.array.allSatisfy { $0.isFinite })
      if let found = try post.grounded(["ann"], by: "dual") { #expect(isInside(found)) }
    }
  }

  // MARK: Systems

  /// Posts of which every other has a picture of one pixel, and the others a strip.
  private func posts(_ place: TrainingPlace) -> TrainingPosts {
    let base = place.posts
    return TrainingPosts(
      name: "small", hash: "1", train: base.train, dev: base.dev,
      relationLabels: base.relationLabels,
      pictures: PictureProvider(name: "small") { post, _ in
        .success(Self.picture(Self.sizes[post.imageID == "p0" ? 0 : 1]))
      })
  }

  /// Trains on small pictures and asks about them, as they are and changed.
  private func trainAndAsk(_ system: System, _ place: TrainingPlace, pictures: String?) throws {
    let posts = posts(place)
    var job = place.job(system, posts, epochs: 1)
    job.changes.batch = 8
    job.isMeasured = false
    if let pictures { job.pictures = pictures }
    let expert = try job.expert(seed: 1)
    let eyes = try place.eyes(of: expert)
    let seen = posts.dev.map { eyes.see($0, posts.pictures) }
    _ = try expert.labels(of: seen, Asking(confidences: true))
    var changes: [[Intervention]] = [
      [], [.blankPicture], [.swapPicture(seen[1].post.id)],
      [.maskPicture(ImageRegion(left: 0, top: 0, width: 0.5, height: 0.5))],
    ]
    if expert.takesRegions { changes += Self.places.map { [.regions([$0])] } }
    for post in seen.prefix(2) {
      for change in changes {
        let answer = expert.ask(post, under: change) { _ in seen[1] }
        #expect(answer.failure == nil, "\(change): \(answer.failure ?? "")")
        let trace = answer.trace()
        #expect(trace.absent.isEmpty)
        for signal in trace.signals {
          let odd = signal.values.count { !$0.isFinite }
          #expect(odd == 0, "\(signal.name) under \(change)")
        }
        let relations = answer.labels?.relations ?? []
        #expect(relations.allSatisfy { $0.probabilities.allSatisfy(\.isFinite) })
      }
    }
  }

  @Test(arguments: System.builtIn.filter { $0.train != nil && $0.seesPicture }.map(\.id))
  func everySystemAnswersAboutThem(_ id: String) throws {
    let system = try #require(System.named(id))
    let place = try TrainingPlace()
    defer { place.remove() }
    if system.needsEncoder { _ = try place.pretraining().run() }
    try trainAndAsk(system, place, pictures: nil)
  }

  @Test(arguments: System.builtIn.filter { $0.train != nil && $0.takesTower }.map(\.id))
  func theyDoSoWithTowersThatLearn(_ id: String) throws {
    let system = try #require(System.named(id))
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let vit = try place.tower()
    let clip = try place.clipTower(width: 8, heads: 2, inner: 16)
    for folder in [vit, clip] {
      try trainAndAsk(system, place, pictures: folder)
      try FileManager.default.removeItem(atPath: place.folder + "/models/" + id)
      try? FileManager.default.removeItem(atPath: place.folder + "/models/.results")
    }
  }
}
