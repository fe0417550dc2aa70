import ArgumentParser
import Tensors

/// What the models' large products are computed in.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "float32, or faster and less exact bfloat16 or int8; results for papers are float32.",
      valueName: "name"))
  var precision = Precision.float32
}

extension Precision: ExpressibleByArgument {}
