// swift-tools-version: 6.1
import PackageDescription

/// The targets stand in the order of the way of a post: a target depends only on targets above it.
let package = Package(
  name: "twinlens",
  products: [.executable(name: "twinlens", targets: ["twinlens"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
  ],
  targets: [
    // Without pkgConfig: ncursesw's flags hold -D, which the package manager refuses with a warning.
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CSixel", pkgConfig: "libsixel", providers: [.apt(["libsixel-dev"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffast-math"])]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),

    .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "Pictures", dependencies: ["Tensors", "CPNG", "CJPEG", "CSixel"]),
    .target(name: "Settings", dependencies: ["TOMLKit"]),
    .target(name: "Corpora", dependencies: ["Pictures", "Settings"]),
    .target(name: "Traces", dependencies: ["Tensors", "Pictures"]),
    .target(name: "Encoders", dependencies: ["Tensors", "Pictures", "Corpora", "Traces"]),
    .target(name: "Extractors", dependencies: ["Encoders"]),
    .target(name: "Harbor", dependencies: ["Tensors", "Pictures", "Corpora"]),
    .target(name: "Routing", dependencies: ["Extractors"]),
    .target(
      name: "Annotations",
      dependencies: ["Corpora", "CSQLite", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(name: "Inspection", dependencies: ["Extractors", "Routing", "Annotations"]),
    .target(name: "Studies", dependencies: ["Inspection"]),
    .target(name: "Screen", dependencies: ["Settings"]),
    .target(
      name: "Workbench",
      dependencies: [
        "Screen", "Inspection", "Annotations", "Routing",
        .product(name: "Collections", package: "swift-collections"),
      ]),
    .target(name: "Terminal", dependencies: ["Screen", "Pictures", "CNcurses"]),
    .target(name: "Services", dependencies: ["Workbench", "Terminal"]),
    .executableTarget(
      name: "twinlens",
      dependencies: [
        "Services", "Harbor", "Studies",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    .target(
      name: "TestSupport", dependencies: ["Inspection"], path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures"]),
    .testTarget(name: "CorporaTests", dependencies: ["Corpora"]),
    .testTarget(name: "EncodersTests", dependencies: ["Encoders"]),
    .testTarget(name: "ExtractorsTests", dependencies: ["Extractors"]),
    .testTarget(name: "HarborTests", dependencies: ["Harbor"]),
    .testTarget(name: "RoutingTests", dependencies: ["Routing"]),
    .testTarget(name: "AnnotationsTests", dependencies: ["Annotations"]),
    .testTarget(name: "InspectionTests", dependencies: ["Inspection", "TestSupport"]),
    .testTarget(name: "StudiesTests", dependencies: ["Studies", "Harbor", "TestSupport"]),
    .testTarget(name: "ScreenTests", dependencies: ["Screen"]),
    .testTarget(
      name: "WorkbenchTests", dependencies: ["Workbench", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal"]),
    .testTarget(
      name: "CommandTests", dependencies: ["Services", "Harbor", "TestSupport"],
      exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
