// swift-tools-version: 6.1
import PackageDescription

/// What the mutated inputs of `make fuzz` reach.
let fuzzed: [Target.Dependency] = [
  "Files", "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces", "Encoders",
  "Extractors", "Routing", "Annotations", "Inspection", "Queries", "Screen", "Workbench",
  "Terminal", "Services", "Reports",
]

/// The targets stand in the order of the way of a post: a target depends only on targets above it.
let package = Package(
  name: "twinlens",
  products: [.executable(name: "twinlens", targets: ["twinlens"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
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
    // Without pkgConfig: cairo's flags name the folders of headers that are not used here.
    .systemLibrary(name: "CCairo", providers: [.apt(["libcairo2-dev"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffast-math"])]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    // Finds libpq when it is wanted, so that nobody else needs it.
    .target(name: "CPostgres", linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "Files", dependencies: ["CKernels"]),
    .target(name: "Records", dependencies: ["Files"]),
    .target(name: "Tensors", dependencies: ["Files", "CKernels", "COpenBLAS"]),
    .target(name: "Pictures", dependencies: ["Files", "Tensors", "CPNG", "CJPEG", "CSixel"]),
    .target(name: "Figures", dependencies: ["Files", "Pictures", "CCairo"]),
    .target(name: "Settings", dependencies: ["TOMLKit"]),
    .target(name: "Corpora", dependencies: ["Files", "Records", "Tensors", "Settings", "TOMLKit"]),
    .target(name: "Traces", dependencies: ["Tensors", "Pictures"]),
    .target(
      name: "Encoders",
      dependencies: [
        "Files", "Records", "Tensors", "Pictures", "Corpora", "Traces",
      ]),
    .target(
      name: "Extractors",
      dependencies: [
        "Files", "Tensors", "Pictures", "Corpora", "Traces", "Encoders",
      ]),
    .target(name: "Harbor", dependencies: ["Files", "Tensors", "Pictures", "Corpora"]),
    .target(name: "Routing", dependencies: ["Files", "Tensors", "Corpora", "Extractors"]),
    .target(
      name: "Annotations",
      dependencies: [
        "Files", "Records", "Tensors", "Corpora", "CSQLite", "CPostgres",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Inspection",
      dependencies: [
        "Files", "Records", "Tensors", "Pictures", "Settings", "Corpora", "Traces", "Encoders",
        "Extractors",
        "Routing",
      ]),
    .target(
      name: "Studies",
      dependencies: [
        "Files", "Tensors", "Pictures", "Corpora", "Encoders", "Extractors", "Routing",
        "Inspection",
      ]),
    .target(
      name: "Queries",
      dependencies: [
        "Settings", "Corpora", "Routing", "Annotations", "Inspection", "TOMLKit",
      ]),
    .target(name: "Screen", dependencies: ["Files", "Settings", "TOMLKit"]),
    .target(
      name: "Workbench",
      dependencies: [
        "Files", "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces", "Extractors",
        "Routing", "Annotations", "Inspection", "Queries", "Screen",
        .product(name: "OrderedCollections", package: "swift-collections"), "TOMLKit",
      ]),
    .target(name: "Terminal", dependencies: ["Pictures", "Screen", "CNcurses"]),
    .target(
      name: "Services",
      dependencies: [
        "Files", "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces", "Extractors",
        "Routing", "Annotations", "Inspection", "Queries", "Screen", "Workbench", "Terminal",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Files", "Records", "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces",
        "Extractors",
        "Routing", "Annotations", "Inspection", "Studies", "Queries", "Screen", "Workbench",
        "Terminal", "Services",
      ]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Tensors", "Pictures", "Corpora", "Traces", "Encoders", "Extractors", "Routing",
        "Annotations", "Inspection", "Studies", "Screen", "Workbench", "Terminal", "Services",
      ]),
    .executableTarget(
      name: "twinlens",
      dependencies: [
        "Files", "Tensors", "Pictures", "Settings", "Corpora", "Encoders", "Extractors", "Harbor",
        "Routing",
        "Annotations", "Inspection", "Studies", "Queries", "Screen", "Workbench", "Terminal",
        "Services", "Reports", "Benchmarks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "TestSupport",
      dependencies: [
        "Files", "Tensors", "Corpora", "Traces", "Encoders", "Extractors", "Routing",
        "Annotations", "Inspection",
      ], path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Files", "Tensors", "CKernels"]),
    .testTarget(name: "PicturesTests", dependencies: ["Tensors", "Pictures", "CJPEG"]),
    .testTarget(name: "FiguresTests", dependencies: ["Pictures", "Figures"]),
    .testTarget(name: "CorporaTests", dependencies: ["Files", "Records", "Tensors", "Corpora"]),
    .testTarget(
      name: "EncodersTests",
      dependencies: [
        "Files", "Tensors", "Pictures", "Traces", "Encoders",
      ]),
    .testTarget(
      name: "ExtractorsTests",
      dependencies: ["Tensors", "Pictures", "Corpora", "Traces", "Encoders", "Extractors"],
      exclude: ["TokenClassifiers"]),
    .testTarget(name: "HarborTests", dependencies: ["Tensors", "Pictures", "Corpora", "Harbor"]),
    .testTarget(
      name: "RoutingTests",
      dependencies: [
        "Tensors", "Extractors", "Routing", "Studies",
      ]),
    .testTarget(
      name: "AnnotationsTests",
      dependencies: [
        "Files", "Corpora", "Annotations", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "InspectionTests",
      dependencies: [
        "Files", "Tensors", "Pictures", "Corpora", "Traces", "Encoders", "Extractors", "Routing",
        "Inspection", "TestSupport",
      ]),
    .testTarget(
      name: "StudiesTests",
      dependencies: [
        "Tensors", "Pictures", "Corpora", "Traces", "Encoders", "Extractors", "Harbor", "Routing",
        "Inspection", "Studies", "TestSupport",
      ]),
    .testTarget(
      name: "QueriesTests",
      dependencies: ["Corpora", "Routing", "Annotations", "Inspection", "Queries"]),
    .testTarget(name: "ScreenTests", dependencies: ["Settings", "Screen"]),
    .testTarget(
      name: "WorkbenchTests",
      dependencies: [
        "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces", "Extractors", "Routing",
        "Annotations", "Inspection", "Queries", "Screen", "Workbench", "TestSupport",
      ], exclude: ["Golden"]),
    .testTarget(name: "TerminalTests", dependencies: ["Pictures", "Screen", "Terminal"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Tensors", "Pictures", "Figures", "Settings", "Corpora", "Traces", "Encoders", "Extractors",
        "Routing", "Annotations", "Inspection", "Studies", "Screen", "Workbench", "Terminal",
        "Services", "Reports", "Benchmarks", "TestSupport",
      ], exclude: ["Golden"]),
    // `Scripts/fuzz` builds the same sources as a program that libFuzzer drives.
    Context.environment["TWINLENS_FUZZING"] == nil
      ? .testTarget(
        name: "FuzzingTests", dependencies: fuzzed, exclude: ["Program", "Seeds"])
      : .executableTarget(
        name: "fuzzing", dependencies: fuzzed, path: "Tests/FuzzingTests",
        exclude: ["FuzzingTests.swift", "Seeds"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
