import Corpora
import Foundation

extension DatasetAudit {
  /// Judges the named files of regions and those beside the dataset.
  static func judge(
    _ dataset: Dataset, named: [String], _ progress: Progress, _ findings: inout [AuditFinding]
  ) throws -> [Regions] {
    let beside = dataset.regionPaths().filter { path in
      !named.contains { Self.isSame($0, path) }
    }
    var judged: [Regions] = []
    let all = named + beside
    for (i, path) in all.enumerated() {
      progress("reading regions", Double(i) / Double(all.count))
      let isNamed = i < named.count
      let file = shown(path, in: dataset)
      do {
        let regions = try RegionFile(path: path)
        guard let verdict = try regions.verdict(for: dataset) else {
          // Regions of a split that is not open say nothing.
          if isNamed || regions.split == .all || dataset.files.contains(split: regions.split) {
            findings.append(unrelated(file, dataset))
          }
          continue
        }
        judged.append(Regions(file: file, verdict: verdict))
        findings += Self.findings(verdict, file: file)
      } catch let error where !isNamed && (error is RegionError || error is CorporaError) {
        findings.append(
          AuditFinding(
            .unreadableRegions, .warning, file: file, "\(error)",
            remedy: "Mend the file or take it out of the folder."))
      }
    }
    return judged
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    URL(fileURLWithPath: a).resolvingSymlinksInPath()
      == URL(fileURLWithPath: b)
      .resolvingSymlinksInPath()
  }

  private static func unrelated(_ file: String, _ dataset: Dataset) -> AuditFinding {
    AuditFinding(
      .unrelatedRegions, .warning, file: file,
      "none of its keys names a picture or a pair of \(dataset.name)",
      remedy: "Check that the regions are those of this dataset; "
        + "keys are PICTURE_crop_N.jpg or INDEX_pred_yolo_crop_N.png.")
  }

  private static func findings(_ verdict: RegionVerdict, file: String) -> [AuditFinding] {
    var result: [AuditFinding] = []
    if verdict.leaks {
      var measures = [
        ("mutualInformation", verdict.mutualInformation),
        ("mutualInformationByChance", verdict.byChance), ("labelEntropy", verdict.labelEntropy),
        ("pValue", verdict.pValue),
      ]
      if let law = verdict.law {
        measures += [("lawHits", Double(law.hits)), ("lawPairs", Double(law.pairs))]
      }
      result.append(
        AuditFinding(
          .regionLeak, .serious, file: file, verdict.summary,
          remedy: "Do not train or score with these regions: they were made with the labels. "
            + "Make regions without labels, as many for each pair; published numbers can be "
            + "repeated with --regions leaky-reproduction, which marks them.",
          count: verdict.instances, measures: measures))
    }
    if 2 * verdict.strangers > verdict.owners {
      result.append(
        AuditFinding(
          .unrelatedRegions, .warning, file: file,
          "\(RegionVerdict.grouped(verdict.strangers)) of \(RegionVerdict.grouped(verdict.owners)) "
            + "keys name no picture or pair of the dataset",
          remedy: "Check that the regions are those of this split.", count: verdict.strangers))
    }
    return result
  }
}

extension [DataFile] {
  fileprivate func contains(split: Split) -> Bool { contains { $0.split == split } }
}
