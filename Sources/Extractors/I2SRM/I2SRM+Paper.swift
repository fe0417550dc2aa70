extension Paper {
  /// I2SRM's tables.
  static let i2srm = Paper(
    id: "i2srm", key: "001",
    tables: [
      PaperTable(
        "Table 1", "against other systems",
        rows: [
          published("CNN-BiLSTM-CRF"), published("BiLSTM-CRF"), published("BERT"),
          PaperRow("BERT-CRF", setting: "main; test", system: "BERT-CRF"),
          PaperRow("MTB", setting: "main; test", system: "MTB"),
          published("PCNN"), published("VisualBERT"), published("AdapCoAtt-BERT-CRF"),
          PaperRow("UMT", setting: "main; test", system: "UMT-BERT-CRF"),
          published("MEGA"), published("UMGF"),
          PaperRow("MAF", setting: "main; test", system: "MAF"),
          PaperRow("HVPNeT", setting: "main; test", system: "HVPNeT"), published("ITA"),
          PaperRow("I2SRM", setting: "main; test", system: "I2SRM"),
        ],
        claims: ["BERT-CRF", "MTB", "UMT", "MAF", "HVPNeT"].map { PaperClaim("I2SRM", over: $0) }),
      PaperTable(
        "Table 2", "on other encoders",
        rows: ["BERT-base", "RoBERTa-base", "RoBERTa-large"].flatMap { text in
          ["50", "101", "152"].map {
            PaperRow("I2SRM", setting: "backbones=\(text)+ResNet\($0)", system: nil)
          }
        } + [PaperRow("I2SRM", setting: "backbones", system: "I2SRM")],
        notes: [
          "Every pair of a text and a picture encoder is a row (--also-encoder, --also-pictures).",
          "Tables 3 and 4 are the same on the paper's other datasets.",
        ]
      ).lines(.encoders).twins(["Table 3", "Table 4"]),
      PaperTable(
        "Table 5", "without its parts",
        rows: [
          PaperRow("I2SRM", setting: "ablation", system: "I2SRM"),
          PaperRow(
            "I2SRM w/o semantic loss", setting: "ablation", system: "I2SRM", ["semantic": "off"]),
          PaperRow(
            "I2SRM w/o AttnMixup", setting: "ablation", system: "I2SRM", ["attn-mixup": "off"]),
        ],
        claims: [
          PaperClaim("I2SRM", over: "I2SRM w/o semantic loss"),
          PaperClaim("I2SRM", over: "I2SRM w/o AttnMixup"),
        ]),
      PaperTable(
        "Table 6", "how much of the attended posts is kept",
        rows: ["0.8", "0.6", "0.4"].map {
          PaperRow(
            "I2SRM", setting: "Delta=\($0)", system: "I2SRM",
            $0 == "0.6" ? [:] : ["big-delta": $0])
        },
        claims: [
          PaperClaim("I2SRM, 0.6", over: "I2SRM, 0.4"),
          PaperClaim("I2SRM, 0.6", over: "I2SRM, 0.8"),
        ]),
    ],
    caveats: [
      "Published numbers on MNRE were made with regions that leak the label (docs/auditing.md).",
      "The paper speaks of means over three seeds; its MNRE row is one exact ratio, 535 of 632 and 640.",
    ])

  private static func published(_ name: String) -> PaperRow {
    PaperRow(name, setting: "main; test", system: nil)
  }
}
