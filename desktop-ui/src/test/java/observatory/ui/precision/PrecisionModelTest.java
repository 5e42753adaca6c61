package observatory.ui.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class PrecisionModelTest {
    private static final double INFINITE = Double.POSITIVE_INFINITY;
    private static final List<Site> SITES =
            Stream.of(0, 1, 2, 3).map(layer -> Site.of(Hook.RESIDUAL, layer)).toList();

    private final Recording run = new Recording(Frames.RUN);
    private final PrecisionModel model = new PrecisionModel(new Workbench(Frames.source(run)));

    /** The probes tell the largest of the finite elements, and beside it how many are none: an fp16 run that broke. */
    @Test
    void anOverflowIsNotTakenForTheLargestThatIsFinite() {
        healthy(1);
        frame(
                2,
                column("abs_max", 4, 65504, 0, 0),
                column("inf", 0, 514_355, 0, 0),
                column("nan", 0, 0, 131_072, 0),
                column("histogram_exponent_top", 2, 15, Double.NaN, Double.NaN),
                column("histogram_exponent", 1, 1, 1, 1));
        List<PrecisionModel.Range> ranges = model.ranges();
        assertEquals(
                List.of("overflow", "NaN", "14"),
                ranges.stream().map(PrecisionModel.Range::left).toList());
        PrecisionModel.Range overflowed = ranges.get(0);
        assertEquals(SITES.get(1), overflowed.site());
        assertEquals("514,355 infinite", overflowed.lost());
        assertEquals(15, overflowed.histogram().orElseThrow().top());
        PrecisionModel.Range notANumber = ranges.get(1);
        assertEquals(SITES.get(2), notANumber.site());
        assertEquals("131,072 NaN", notANumber.lost());
        assertTrue(notANumber.histogram().isEmpty(), "the one of the step before is of another tensor");
        assertEquals(SITES.get(0), ranges.get(2).site());
    }

    @Test
    void aLargestMagnitudeThatIsNotFiniteIsToldAsWhatItIs() {
        healthy(1);
        frame(2, column("abs_max", 4, INFINITE, Double.NaN, 8));
        assertEquals(
                List.of("overflow", "NaN", "13", "14"),
                model.ranges().stream().map(PrecisionModel.Range::left).toList());
        assertEquals(
                List.of("infinite", "NaN", "", ""),
                model.ranges().stream().map(PrecisionModel.Range::lost).toList());
    }

    @Test
    void whatHasRecoveredIsFiniteAgain() {
        frame(1, column("abs_max", 4, 65504, 4, 4), column("inf", 0, 7, 0, 0));
        healthy(2);
        assertEquals(
                List.of("14", "14", "14", "14"),
                model.ranges().stream().map(PrecisionModel.Range::left).toList());
    }

    @Test
    void whatWasNotMeasuredAtAStepIsAsItWasLast() {
        frame(1, column("abs_max", 4, 4, 4, 4), column("fp16_flushed", 0.5, 0.5, 0.5, 0.5));
        frame(2, column("abs_max", 8));
        assertEquals(13, model.ranges().getFirst().headroom(), 1e-3);
        assertEquals(4, model.ranges().size());
        assertEquals(0.5, model.ranges().getFirst().flushed().orElseThrow());
    }

    private void healthy(long step) {
        frame(
                step,
                column("abs_max", 4, 4, 4, 4),
                column("inf", 0, 0, 0, 0),
                column("nan", 0, 0, 0, 0),
                column("histogram_exponent_top", 2, 2, 2, 2),
                column("histogram_exponent", 1, 1, 1, 1));
    }

    private void frame(long step, Column... columns) {
        run.accept(Frames.frame(step, 0, 2, new Sites(SITES, List.of(columns))));
    }

    private static Column column(String metric, double... values) {
        int[] at = new int[values.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i;
        }
        return new Column(metric, at, values);
    }
}
