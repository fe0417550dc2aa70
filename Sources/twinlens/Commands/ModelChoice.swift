import Annotations
import ArgumentParser
import Corpora
import Extractors
import Foundation
import Inspection
import Reports
import Services

/// Which models a command asks, the same for all that ask some over a whole dataset.
struct ModelChoice: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of model folders.", valueName: "dir")) var models: String
  @Option(
    help: ArgumentHelp(
      "The router folder; without it the one for what the dataset is mainly about.",
      valueName: "name"))
  var router: String?
  @Option(
    help: ArgumentHelp(
      "The expert to use in place of the router's of its kind; without --router, the router that was trained with it "
        + "where there is one.", valueName: "name"))
  var system: String?
  @Option(
    help: ArgumentHelp(
      "File of the annotations, or postgres://HOST/DATABASE; a router that was retrained on them is used.",
      valueName: "store"))
  var store: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Use the router that was retrained on the dataset's corrections, if there is one.")
  var retrained = true
  @OptionGroup var exactness: PrecisionOptions
  @OptionGroup var outside: OutsideOptions
  @OptionGroup var files: RegionOptions

  /// Opens them.
  ///
  /// - Throws: as `ModelOpening.open`.
  func open(for dataset: Dataset, task: ExpertTask? = nil) throws -> Roster {
    var opening = ModelOpening(folder: models)
    (opening.task, opening.router) = (task, router)
    opening.experts = system.map { [$0] } ?? []
    (opening.answers, opening.programs) = (outside.answers, try outside.allPrograms())
    (opening.boxes, opening.regions) = (files.boxes, files.regions)
    opening.precision = exactness.precision
    opening.store =
      retrained ? try StoreLocation.resolve(dataset: dataset, explicit: store).workPath : nil
    let set = try opening.open(for: dataset)
    if let router, set.router?.configuration.name != router {
      throw Refusal(
        "the router \(router) cannot be used here"
          + ((set.notices.first { $0.contains(router) } ?? set.notices.first).map { ": \($0)" }
            ?? "")
          + "; leave --router or --system out")
    }
    if let system, set.expert(system)?.task == set.task || set.router != nil {
      try check(system, of: set)
    }
    return set
  }

  /// Opens them for records that come one after the other, so without a dataset: for a router that
  /// was retrained its store must be named, and there are no regions from files.
  ///
  /// - Parameter by: who is asked, as on the command line.
  /// - Throws: as `open`; `Refusal` for an expert that does not answer the task.
  func openForStream(task: ExpertTask, by: String) throws -> Roster {
    guard files.boxes.isEmpty else {
      throw Refusal("--boxes is not for a stream: regions are found by the posts of a dataset")
    }
    let nothing = Dataset(name: "stream", posts: [])
    var choice = self
    choice.retrained = retrained && store != nil
    var set = try choice.open(for: nothing, task: task)
    if case .expert(let name) = Roster.Asked(by) {
      if set.expert(name) == nil, choice.system == nil {
        choice.system = name
        set = try choice.open(for: nothing, task: task)
      }
      guard let expert = set.expert(name), expert.task == task, !expert.card.isWithoutLabels else {
        throw Refusal(
          "\(name) answers nothing for the task \(task.rawValue) here; give --by router, text, "
            + "multimodal, or the name of an expert that does")
      }
    }
    return set
  }

  /// - Throws: `Refusal` when a named expert is not one that the router chooses between.
  private func check(_ system: String, of set: Roster) throws {
    let (text, multimodal) = set.routed
    let names = [text, multimodal].compactMap { $0?.name }
    guard !names.contains(system) else { return }
    throw Refusal(
      "\(system) does not answer for \(set.task.subject), which the router "
        + "\(set.router?.configuration.name ?? "") chooses an expert for; name another with --router, "
        + "or one of \(names.joined(separator: ", ")) with --system")
  }

  /// - Throws: `Refusal` when a dataset labels nothing of what the experts answer.
  func check(_ set: Roster, labelledBy dataset: Dataset) throws {
    let isLabelled = dataset.posts.contains {
      set.task == .entities ? !$0.mentions.isEmpty : !$0.relations.isEmpty
    }
    guard !isLabelled, dataset.mainTask != set.task else { return }
    throw Refusal(
      "\(dataset.name) labels no \(set.task.subject), which the router "
        + "\(set.router?.configuration.name ?? "") of \(models) chooses an expert for; "
        + (router == nil
          ? "give a folder with a router for \(dataset.mainTask.subject)"
          : "leave --router out, or name one for \(dataset.mainTask.subject)"))
  }

  /// Says when the dataset was corrected here: what is scored are its files.
  ///
  /// - Throws: `StoreError`.
  func noteEdits(of dataset: Dataset) throws {
    let location = try StoreLocation.resolve(dataset: dataset, explicit: store)
    guard StoreAddress.isThere(location.path) else { return }
    let history = try StoredAnnotations(at: location, over: dataset).history
    let count = history.editedPosts(of: dataset).count { id, post in
      dataset.post(id: id).map { $0.mentions != post.mentions || $0.relations != post.relations }
        ?? false
    }
    guard count > 0 else { return }
    StandardOutput.complain(
      "twinlens: \(count) edited \(count == 1 ? "post is" : "posts are") scored by the labels of the files; "
        + "export the annotations and evaluate the export to score by the edited ones")
  }
}
