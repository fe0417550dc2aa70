import Foundation
import Inspection
import Routing
import Workbench

extension InferenceService {
  /// Loads the models and a router that was retrained over this dataset; reports what is missing.
  func load() {
    guard let folder else {
      memory.withLock { $0.failure = "no models: give a folder of models to --models" }
      return
    }
    do {
      var models = try ModelSet.open(
        folder, for: dataset.mainTask, router: choice.router, system: choice.system)
      var notices = models.notices
      do {
        try models.openBoxes(choice.boxes, for: dataset, permission: choice.regions)
      } catch {
        // The others can still answer.
        notices.insert("\(error)", at: 0)
      }
      if let router = models.router {
        let (retrained, notice) = retrained(router)
        if let retrained { models = models.replacing(router: retrained) }
        if let notice { notices.append(notice) }
      }
      let router = models.router
      memory.withLock { $0.models = models }
      let service = RouterTrainingService(router: router) { [weak self] _ in
        // The newest report, whichever was on its way: an older one must not come last.
        // A key script asks for the last word itself, when it waits.
        guard let self, !self.options.answersAll,
          let report = self.trainer.withLock({ $0?.report })
        else { return }
        self.mailbox.post(.training(report))
      }
      trainer.withLock { $0 = service }
      // What is missing matters more, so it comes last and stays.
      if let warning = models.warning(ofWordsIn: dataset) {
        mailbox.post(.notice(warning, isError: false))
      }
      if let first = notices.first { mailbox.post(.notice(first, isError: true)) }
      let known = Set(memory.withLock { Array($0.inputs.keys) })
      agenda.withLock { agenda in
        guard router != nil, options.warmPosts > 0 else { return }
        agenda.unknown = Array(
          dataset.posts.indices.prefix(options.warmPosts).filter {
            !known.contains(dataset.posts[$0].id)
          }.reversed())
      }
    } catch {
      memory.withLock { $0.failure = "\(error)" }
      mailbox.post(.notice("\(error)", isError: true))
    }
  }

  /// The router that was retrained over this dataset, if it was made from the same base.
  private func retrained(_ router: RouterBundle) -> (RouterBundle?, notice: String?) {
    guard let folder = options.retrainedFolder(router.configuration.name),
      FileManager.default.fileExists(atPath: folder + "/config.json")
    else { return (nil, nil) }
    do {
      let saved = try RouterBundle(folder: folder)
      guard saved.base == router.base, saved.configuration.name == router.configuration.name else {
        return (
          nil,
          "the retrained router in \(folder) was made from another router; :train makes it again"
        )
      }
      return (saved, nil)
    } catch {
      return (nil, "the retrained router cannot be read: \(error); :train makes it again")
    }
  }
}
