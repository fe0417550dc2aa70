import Testing

@testable import Harbor
