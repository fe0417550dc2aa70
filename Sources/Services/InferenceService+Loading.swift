import Foundation
import Inspection
import Routing
import Workbench

extension InferenceService {
  /// Loads the models and a router that was retrained over this dataset; reports what is missing.
  func load() {
    guard folder != nil || !choice.answers.isEmpty || !choice.programs.isEmpty else {
      memory.withLock { $0.failure = "no models: give a folder of models to --models" }
      return
    }
    do {
      var opening = ModelOpening(folder: folder, choice, store: store)
      opening.toleratesRegions = true
      let models = try opening.open(for: dataset)
      let router = models.router
      memory.withLock { $0.models = models }
      let service = RouterTrainingService(router: router, earlier: models.routerVersions) {
        [weak self] _ in
        // The newest report, whichever was on its way: an older one must not come last.
        // A key script asks for the last word itself, when it waits.
        guard let self, !self.options.answersAll,
          let report = self.trainer.withLock({ $0?.report })
        else { return }
        self.mailbox.post(.training(report))
      }
      trainer.withLock { $0 = service }
      // The line of a store that was worked on yesterday can be gone back along.
      if service.report.hasEarlier { mailbox.post(.training(service.report)) }
      // What is missing matters more, so it comes last and stays.
      if let warning = models.warning(ofWordsIn: dataset) {
        mailbox.post(.notice(warning, isError: false))
      }
      if let first = models.notices.last { mailbox.post(.notice(first, isError: true)) }
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
}
