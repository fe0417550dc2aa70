extension Setting {
  /// Ways to say this weather or light, most usual first.
  var phrases: [String] {
    let text =
      switch self {
      case .sunny:
        "in the sunshine|on a bright morning|sun is out|under a blue sky|what a sunny day|in this heat|"
          + "sunglasses on|not a cloud up there"
      case .rain:
        "in the rain|it is pouring|soaked again|under a grey drizzle|rainy as ever|with wet umbrellas|"
          + "in a downpour|puddles everywhere"
      case .night:
        "at night|after dark|under the moon|past midnight|under the stars|late in the evening|by "
          + "moonlight|in the dark"
      case .fog:
        "in the fog|so misty today|in thick mist|can not see a thing in this haze|foggy once more|"
          + "behind a veil of mist|the horizon is gone|murky out here"
      case .sunset:
        "at sunset|in the golden hour|with an orange sky|as the sun goes down|at dusk|under a purple "
          + "sky|with the last light|red sky tonight"
      case .snow:
        "in the snow|it is snowing|everything is white|in a blizzard|with frozen fingers|first flakes "
          + "today|on the ice|snowed in"
      }
    return text.split(separator: "|").map(String.init)
  }
}
