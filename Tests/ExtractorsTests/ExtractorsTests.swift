import Testing

@testable import Extractors
