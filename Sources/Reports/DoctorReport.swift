import Foundation
import Screen
import Services
import Tensors
import Terminal

/// What was found out about terminal, machine and files: what `twinlens doctor` prints.
package struct DoctorReport: Sendable {
  private let capabilities: TerminalCapabilities
  private let graphics: GraphicsChoice
  private let colors: ColorDepth
  private let locale: String
  private let shared: SharedFiles
  private let models: ModelFolderChoice
  private let processor: Processor

  /// Asks the terminal, if there is one.
  package init(environment: [String: String]) {
    capabilities = TerminalProbe.run(environment: environment)
    let wishes = TerminalOptions(environment: environment)
    colors = ColorDepth(term: capabilities.term, noColor: wishes.noColor)
    graphics = GraphicsChoice(mode: wishes.graphics, capabilities: capabilities, depth: colors)
    locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty } ?? "C"
    shared = SharedFiles(environment: environment)
    models = ModelFolderChoice(named: nil, root: shared.sample, shared: shared)
    processor = Processor(environment: environment)
  }

  /// The facts by topic, each a name and a sentence.
  private var topics: [(String, [(String, String)])] {
    let terminal = [
      ("type", capabilities.term.isEmpty ? "TERM is not set" : capabilities.term),
      ("name", capabilities.name ?? "unknown"),
      ("answers", capabilities.answered ? "yes" : "no"),
      ("multiplexer", capabilities.multiplexer?.rawValue ?? "none"),
      ("graphics", "\(graphics.rung.rawValue): \(graphics.reason)"),
      ("colours", colors.words),
      (
        "cell",
        "\(capabilities.cellWidth)x\(capabilities.cellHeight) pixels, from "
          + capabilities.cellSource.rawValue
      ),
      ("locale", "\(locale), \(capabilities.isUTF8 ? "UTF-8" : "not UTF-8: ASCII is drawn")"),
      ("emoji", capabilities.suggestedEmoji.rawValue),
      ("theme", capabilities.suggestedTheme.name),
    ]
    let machine = [
      ("processor", processor.words),
      (
        "matrix products",
        "large ones by our own \(InstructionSet.widest) kernel, the others by OpenBLAS "
          + "kernel \(BLAS.coreName)"
      ),
      ("threads", "\(Parallel.width)"),
    ]
    let files = [
      ("shared files", "\(shared.folder ?? "none"): \(shared.reason)"),
      ("sample", shared.sample ?? "none"),
      ("models", models.folder ?? "none"),
      ("model folders", models.names.isEmpty ? "none" : models.names.joined(separator: ", ")),
      (
        "annotations",
        "--store FILE, else DATASET/.twinlens/annotations.sqlite where it can be written, else "
          + "$XDG_STATE_HOME/twinlens/"
      ),
    ]
    return [("terminal", terminal), ("machine", machine), ("files", files)]
  }

  private var warnings: [String] {
    var warnings: [String] = []
    if let warning = processor.warning(kernel: BLAS.coreName) { warnings.append(warning) }
    if !capabilities.isUTF8 {
      warnings.append("the locale is not UTF-8; set LANG=C.UTF-8 to see more than ASCII")
    }
    if !models.hasModels {
      warnings.append("no models are found; give a folder of models to --models")
    }
    return warnings
  }

  /// The report as lines of text.
  package func text() -> String {
    var lines = ["questions to the terminal"]
    if capabilities.report.isEmpty { lines.append("  none were asked: there is no terminal") }
    for entry in capabilities.report {
      lines.append("  \(entry.question)")
      lines.append("    sent       \(entry.sent)")
      lines.append("    reply      \(entry.reply)")
      lines.append("    concluded  \(entry.conclusion)")
    }
    let safe = Sanitizer(emoji: .base)
    for (topic, facts) in topics {
      lines += ["", topic]
      for (name, words) in facts {
        let pad = String(repeating: " ", count: max(1, 16 - name.count))
        lines.append("  \(name)\(pad)\(safe.visible(words))")
      }
    }
    if !warnings.isEmpty { lines += [""] + warnings.map { "warning: \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// The report as JSON.
  package func json() -> String {
    JSONText.object(
      [
        (
          "probe",
          .list(
            capabilities.report.map {
              .object([
                ("question", .string($0.question)), ("sent", .string($0.sent)),
                ("reply", .string($0.reply)), ("conclusion", .string($0.conclusion)),
              ])
            })
        )
      ]
        + topics.map { topic, facts in
          (topic, .object(facts.map { ($0, .string($1)) }))
        } + [("warnings", .strings(warnings))]
    ).text()
  }
}

extension ColorDepth {
  /// By the name of the terminal type alone, where no screen is started: terminfo's entries for
  /// `*-256color` and `*-direct` have 256 colours, the text-only ones none, the others eight.
  init(term: String, noColor: Bool) {
    let isPlain = ["", "dumb", "vt100", "vt102", "vt220"].contains(term)
    let isRich = term.contains("256color") || term.contains("direct")
    self.init(colors: isPlain ? 0 : isRich ? 256 : 8, noColor: noColor)
  }

  /// For a person.
  fileprivate var words: String {
    switch self {
    case .none: "none"
    case .eight: "8"
    case .indexed256: "256"
    }
  }
}

/// The vector instructions of this machine, from `/proc/cpuinfo`.
struct Processor: Sendable {
  private let flags: Set<Substring>
  private let model: String
  private let coreType: String?

  init(environment: [String: String], info: String? = nil) {
    let text = info ?? (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ name: String) -> Substring? {
      text.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: ":").dropFirst()
        .first
    }
    flags = Set(field("flags")?.split(separator: " ") ?? [])
    model = field("model name").map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    coreType = environment["OPENBLAS_CORETYPE"]
  }

  /// Name and widest vectors.
  var words: String { "\(model), widest vectors \(widest)" }

  private var widest: String {
    if flags.contains("avx512f") { return "AVX-512" }
    if flags.contains("avx2") { return "AVX2" }
    if flags.contains("avx") { return "AVX" }
    return "SSE"
  }

  /// A sentence when OpenBLAS uses narrower vectors than the machine has.
  func warning(kernel: String) -> String? {
    let wide: Set = ["skylakex", "cooperlake", "sapphirerapids", "zen4", "zen5"]
    guard flags.contains("avx512f"), !wide.contains(kernel.lowercased()) else { return nil }
    let cause =
      coreType.map { "OPENBLAS_CORETYPE=\($0) asks for it; unset it" }
      ?? "set OPENBLAS_CORETYPE=SkylakeX"
    return "OpenBLAS uses its \(kernel) kernel though this machine has AVX-512: \(cause)"
  }
}
