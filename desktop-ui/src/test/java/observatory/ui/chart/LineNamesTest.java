package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;

class LineNamesTest {
    private static final Span STEPS = new Span(0, 1);
    private static final ValueAxis AXIS = ValueAxis.over(Scale.LINEAR, 0, 10);

    @Test
    void eachStandsBesideTheEndOfItsLine() {
        List<LineNames.Name> names = LineNames.of(plot(0, 10, 5), STEPS, AXIS, 100);
        assertEquals(
                List.of("line 1", "line 2", "line 0"),
                names.stream().map(LineNames.Name::text).toList());
        assertEquals(50, names.get(1).y(), 2);
    }

    @Test
    void linesThatEndTogetherAreNamedApartAndInside() {
        List<LineNames.Name> names = LineNames.of(plot(0, 0, 0, 0.1), STEPS, AXIS, 100);
        assertEquals(4, names.size());
        for (int i = 1; i < names.size(); i++) {
            assertTrue(names.get(i).y() - names.get(i - 1).y() >= LineNames.APART, names.toString());
        }
        assertTrue(names.getFirst().y() >= 0 && names.getLast().y() <= 100, names.toString());
    }

    @Test
    void oneLineNeedsNoNameAndTooManyHaveNone() {
        assertEquals(List.of(), LineNames.of(plot(1), STEPS, AXIS, 100));
        assertEquals(List.of(), LineNames.of(plot(1, 2, 3, 4, 5, 6, 7, 8, 9), STEPS, AXIS, 100));
        assertEquals(List.of(), LineNames.of(plot(1, 2, 3), STEPS, AXIS, 30));
    }

    private static Plot plot(double... ends) {
        List<Trace> traces = new ArrayList<>();
        for (double end : ends) {
            Series series = new Series();
            series.append(1);
            series.append(end);
            traces.add(Trace.raw("line " + traces.size(), StepIndex.of(0, 1), series, traces.size()));
        }
        return Plot.of("lines", "", traces);
    }
}
