import Foundation
import Testing

@testable import Encoders

@Suite("Recipes of preprocessor_config.json")
struct PreprocessRecipeTests {
  private func recipe(
    _ json: String, standard: ImageRecipe = .clip(), side: Int? = 224
  ) throws -> ImageRecipe {
    let fields = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return try ImageRecipe(
      fields: #require(fields), standard: standard, path: "preprocessor_config.json", side: side)
  }

  @Test func clipAsPublishedInEitherSpelling() throws {
    let old = """
      {"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true,
       "feature_extractor_type": "CLIPFeatureExtractor", "resample": 3, "size": 224,
       "image_mean": [0.48145466, 0.4578275, 0.40821073],
       "image_std": [0.26862954, 0.26130258, 0.27577711]}
      """
    let new = """
      {"crop_size": {"height": 224, "width": 224}, "image_processor_type": "CLIPImageProcessor",
       "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 224}}
      """
    #expect(try recipe(old) == .clip())
    #expect(try recipe(new) == .clip())
    #expect(try recipe("{}") == .clip())
  }

  @Test func vitAsPublishedInEitherSpelling() throws {
    let old = """
      {"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5],
       "image_std": [0.5, 0.5, 0.5], "size": 224}
      """
    let new = """
      {"image_processor_type": "ViTFeatureExtractor", "resample": 2,
       "size": {"height": 224, "width": 224}}
      """
    #expect(try recipe(old, standard: .vit()) == .vit())
    #expect(try recipe(new, standard: .vit()) == .vit())
  }

  @Test func resnetAsPublishedAndLarge() throws {
    let published = """
      {"crop_pct": 0.875, "do_normalize": true, "do_resize": true, "resample": 3, "size": 224,
       "feature_extractor_type": "ConvNextFeatureExtractor",
       "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
      """
    #expect(try recipe(published, standard: .resnet, side: nil) == .resnet)
    let large = "{\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": 384}"
    let found = try recipe(large, standard: .resnet, side: nil)
    #expect(found.resize == .stretch(ImageSide(384, 384)) && found.crop == nil)
  }

  @Test func whatCannotBeIsListed() {
    let json = """
      {"size": {"longest_edge": 3}, "resample": 1, "image_std": [0, 1, 1], "do_resize": 7.5}
      """
    #expect {
      try recipe(json)
    } throws: { error in
      guard case CheckpointError.configuration(_, let problems) = error else { return false }
      return problems.count >= 4
    }
    #expect(throws: CheckpointError.self) { try recipe("{\"crop_size\": 100}") }
  }
}
