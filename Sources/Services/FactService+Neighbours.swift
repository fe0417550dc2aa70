import Foundation
import Inspection
import Workbench

extension FactService {
  /// Looks at a few more posts for those that are nearest to one.
  func searchSome() {
    guard var search = state.withLock(\.search) else { return }
    inference.start()
    let (models, failure) = inference.loaded
    guard let models, models.router != nil else {
      if failure != nil || models != nil { end(search) } else { usleep(10_000) }
      return
    }
    guard !inference.isBusy else {
      usleep(10_000)
      return
    }
    let found = cache.withLock { search.look(dataset, models, $0) }
    let isWanted = state.withLock { state in
      guard state.search?.post == search.post else { return false }
      state.search = search.isDone(dataset) ? nil : search
      return true
    }
    if isWanted, let found { mailbox.post(.neighbours(found)) }
  }

  private func end(_ search: NeighbourSearch) {
    state.withLock { if $0.search?.post == search.post { $0.search = nil } }
  }
}
