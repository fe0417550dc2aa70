import Files

/// Why a training cannot go on.
package enum TrainingError: Error, CustomStringConvertible {
  /// A checkpoint that is not what was written.
  case damagedCheckpoint(path: String, reason: String)
  /// A checkpoint of a training with other settings or data.
  case otherSettings(path: String)
  /// A split without posts, or without labels of the kind wanted.
  case nothingToLearn(dataset: String, split: String, wanted: String)
  /// A multimodal expert without a region source.
  case noPictures(system: String)
  /// An expert that sees by an encoder of text and picture, and none was named.
  case noDual(system: String)
  /// An expert that looks at regions from files, and none was named.
  case noBoxes(system: String)
  /// None of the files has a region of a split.
  case noBoxesOf(split: String, files: String)
  /// An expert that is built on a pretrained encoder, and none was named.
  case noEncoder(system: String)
  /// Posts of which none has a picture that can be used, for an expert that looks at pictures; why,
  /// a clause each, empty where no post names one.
  case noPictureFound(system: String, dataset: String, posts: Int, reasons: [String])
  /// A folder that holds a finished model of another training; what differs, where it is known.
  case otherModel(folder: String, differs: [String])
  /// A name that no expert has.
  case unknownSystem(name: String, known: [String])
  /// A switch, or a value of one, that a system does not have.
  case unknownSwitch(system: String, name: String, value: String, known: [String])
  /// Switches that exclude each other.
  case conflict(system: String, reason: String)
  /// A model whose first stages do not fit.
  case otherPretraining(name: String, system: String)
  /// A folder that holds something else than the system whose first stages are to be taken over.
  case notPretrained(path: String, contents: FolderContents, system: String)
  /// Nothing to tell from whether pictures add.
  case noJudgements(dataset: String, split: String, matches: Bool)
  /// A system that is only opened.
  case notTrainable(system: String)
  /// The peer's program ended badly.
  case peer(reason: String)

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .damagedCheckpoint(let path, let reason):
      "the checkpoint \(path) is damaged: \(reason); delete it, or give --fresh, to begin anew"
    case .otherSettings(let path):
      "the checkpoint \(path) belongs to a training with other settings, data or encoder; repeat "
        + "that command, or give --fresh to forget it"
    case .nothingToLearn(let dataset, let split, let wanted):
      "\(dataset) has no \(wanted) in its split \(split); name another with --dataset; --dataset harbor draws one to train on"
    case .noPictures(let system):
      "\(system) looks at pictures: name the folder of a ResNet with --pictures"
    case .noDual(let system):
      "\(system) sees text and picture in one space: name the folder of a CLIP or a dual encoder "
        + "with --dual"
    case .noBoxes(let system):
      "\(system) is to look at regions from files: name them with --boxes"
    case .noBoxesOf(let split, let files):
      "\(files) have no regions of the split \(split); name its file with --boxes too"
    case .noEncoder(let system):
      "\(system) is built on a pretrained encoder: name the folder of a BERT with --encoder"
    case .noPictureFound(let system, let dataset, let posts, let reasons):
      "\(system) looks at pictures, and none of the \(posts.counted("post")) of \(dataset) has one that can be used"
        + (reasons.isEmpty
          ? "; train an expert that reads the text alone"
          : ": " + reasons.joined(separator: "; ")
            + ". --images DIR names another folder to look in")
    case .otherModel(let folder, let differs):
      "\(folder) holds a finished model"
        + (differs.isEmpty
          ? "" : " of another training (\(differs.prefix(8).joined(separator: "; ")))")
        + "; choose another --name or folder, or give --force to replace it"
    case .unknownSystem(let name, let known):
      "there is no expert \(name.prefix(80).debugDescription); known are "
        + known.joined(separator: ", ")
    case .unknownSwitch(let system, let name, let value, let known):
      "\(system) has no \(name.prefix(40))=\(value.prefix(40)); "
        + (known.isEmpty ? "it has no switches" : "it knows \(known.joined(separator: ", "))")
    case .conflict(let system, let reason): "\(system): \(reason)"
    case .otherPretraining(let name, let system):
      "\(name) was built otherwise than this \(system) is to be (other pictures, sizes or parts); "
        + "give the same options, or leave out --pretrained"
    case .notPretrained(let path, let contents, let system):
      "\(path) \(contents.sentence); --pretrained takes the folder of a trained \(system), such as "
        + "MODELS/\(system)"
    case .noJudgements(let dataset, let split, true):
      "\(dataset) has no two posts with different pictures in its split \(split) to tell own from "
        + "other pictures by; of posts without splits every tenth is dev, so give more posts, or leave "
        + "out the gate with --without gate"
    case .noJudgements(let dataset, let split, false):
      "\(dataset) has no post with a picture in its split \(split) that says whether the picture adds; "
        + "judge some of them too (of posts without splits every tenth is dev), or give --relations matching"
    case .notTrainable(let system):
      "\(system) is opened as others published it and cannot be trained here"
    case .peer(let reason): "the peer's program failed: \(reason)"
    }
  }
}
