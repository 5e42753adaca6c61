package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import javafx.scene.layout.GridPane;
import observatory.ui.Frames;
import observatory.ui.Toolkit;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.data.Recording;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlotGridTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 1", "5, 2", "6, 1"})
    void theFirstChartTakesThePlaceThatWouldBeLeftOver(int count, int columns) throws Exception {
        List<Integer> spans = Toolkit.on(() -> {
            PlotGrid grid = new PlotGrid(new Workbench(Frames.source(new Recording(Frames.RUN))));
            grid.show(Collections.nCopies(count, Plot.of("a chart", "", List.of())));
            return grid.node().getChildrenUnmodifiable().stream()
                    .map(GridPane::getColumnSpan)
                    .map(span -> Objects.requireNonNullElse(span, 1))
                    .toList();
        });
        assertEquals(count, spans.size());
        assertEquals(columns, spans.getFirst());
    }
}
