import Extractors

/// RDS's own tables: each is a run of its protocol between two experts.
package struct RDSPaper: Sendable {
  /// As the file of published results calls it, e.g. `Table 1`.
  package let table: String
  /// What is routed.
  package let task: ExpertTask
  /// The text expert's title.
  let text: String
  /// The multimodal expert as the paper calls it.
  let multimodal: String

  /// What it is called on the command line.
  package static let id = "rds"

  /// The paper's tables in their order.
  package static let all = [
    RDSPaper(table: "Table 1", task: .relations, text: "MTB", multimodal: "MEGA"),
    RDSPaper(table: "Table 2", task: .entities, text: "BERT-CRF", multimodal: "UMT-BERT-CRF"),
    RDSPaper(table: "Table 3", task: .entities, text: "BERT-CRF", multimodal: "MAF"),
  ]

  /// The two experts' ids; nil where there is no such system.
  package var experts: (text: String, multimodal: String)? {
    let own = System.all.filter { $0.task == task && $0.train != nil }
    guard let text = own.first(where: { $0.title == text }),
      let multimodal = own.first(where: { $0.published == multimodal })
    else { return nil }
    return (text.id, multimodal.id)
  }
}
