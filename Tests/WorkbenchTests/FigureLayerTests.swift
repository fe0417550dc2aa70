import Figures
import Screen
import Testing

@testable import Workbench

/// A layer that shows a figure.
private struct PlotLayer: Layer {
  var name = "p of 400 posts"
  var place: LayerPlace { .over }

  func figure(_ state: WorkbenchState) -> FigureRequest? {
    FigureRequest(name, Figure(title: name, panels: []), box: state.size)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    if let figure = figure(state) { state.draw(figure, &pen, box) }
  }

  func sentences(_ state: WorkbenchState) -> [String] { [] }
}

/// Figures that layers show are drawn outside and kept.
@Suite("Figures on the screen") struct FigureLayerTests {
  private func requests(_ desk: Desk) -> [FigureRequest] {
    desk.effects.compactMap { if case .renderFigure(let request) = $0 { request } else { nil } }
  }

  @Test func aFigureIsAskedForOncePerNeed() {
    var desk = Desk(Samples.state())
    desk.state.layers.open(PlotLayer())
    desk.send(.tick(0))
    desk.send(.tick(1))
    #expect(requests(desk).map(\.name) == ["p of 400 posts"])
    desk.state.layers.open(PlotLayer(name: "gates"))
    desk.send(.tick(2))
    desk.state.layers.open(PlotLayer())
    desk.send(.tick(3))
    #expect(requests(desk).map(\.name) == ["p of 400 posts", "gates"], "the first is kept")
    desk.send(.resized(Size(columns: 100, rows: 30)))
    #expect(requests(desk).last?.box == Size(columns: 100, rows: 30))
    desk.send(.picturesStale)
    #expect(requests(desk).count == 4, "cells of another size want another figure")
  }

  @Test func untilItComesThatIsSaid() {
    var desk = Desk(Samples.state())
    desk.state.layers.open(PlotLayer())
    desk.send(.tick(0), answers: false)
    #expect(view(desk.state).text.contains("drawing …"))
    desk.send(.figureReady(requests(desk)[0], Samples.cells(Size(columns: 4, rows: 2))))
    let frame = view(desk.state)
    #expect(!frame.text.contains("drawing …"))
    // What does not fit its box is not drawn over other things.
    desk.send(.figureReady(requests(desk)[0], Samples.cells(Size(columns: 400, rows: 2))))
    #expect(view(desk.state) != frame)
  }
}
