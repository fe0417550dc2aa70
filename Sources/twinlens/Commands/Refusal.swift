/// Why a command does not go on, found out while it runs: what is wrong and what to do. Unlike an
/// option that is written wrongly, it needs no reminder of the usage.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
