package observatory.ui.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.Frames;
import org.junit.jupiter.api.Test;

class HistogramsTest {
    private static final Site FIRST = Site.of(Hook.RESIDUAL, 0);
    private static final Site SECOND = Site.of(Hook.RESIDUAL, 1);

    @Test
    void everySiteHasItsOwnCountsFromItsOwnHighestBinade() {
        Recording run = new Recording(Frames.RUN);
        run.accept(Frames.frame(
                10,
                0,
                2,
                sites(
                        new Column(Histograms.TOP, new int[] {0, 1}, new double[] {3, -2}),
                        new Column(Histograms.COUNTS, new int[] {0, 0, 0, 1}, new double[] {1, 0, 3, 5}))));
        Histogram first = run.histograms().near(FIRST, 12).orElseThrow();
        assertEquals(3, first.top());
        assertEquals(1, first.bottom());
        assertEquals(0.25, first.share(3));
        assertEquals(0, first.share(2));
        assertEquals(0.75, first.share(1));
        assertEquals(0, first.share(0));
        assertEquals(0.75, first.share(Integer.MIN_VALUE, 3));
        assertEquals(1, run.histograms().near(SECOND, 12).orElseThrow().share(-2));
        assertFalse(run.metricNames().contains(Histograms.COUNTS), "many values at one site are no series");
    }

    @Test
    void theLastOneUpToAStepIsShownAndOldOnesAreGivenUp() {
        Recording run = new Recording(Frames.RUN);
        for (int step = 0; step < 200; step++) {
            run.accept(Frames.frame(
                    step,
                    0,
                    2,
                    sites(
                            new Column(Histograms.TOP, new int[] {0}, new double[] {step}),
                            new Column(Histograms.COUNTS, new int[] {0}, new double[] {1}))));
        }
        assertEquals(180, run.histograms().near(FIRST, 180).orElseThrow().top());
        assertEquals(136, run.histograms().near(FIRST, 3).orElseThrow().top(), "the first that is kept");
        assertTrue(run.histograms().near(SECOND, 3).isEmpty());
    }

    @Test
    void countsWithoutTheirPlaceAndAPlaceThatIsNoNumberAreLeftOut() {
        Recording run = new Recording(Frames.RUN);
        Column counts = new Column(Histograms.COUNTS, new int[] {0}, new double[] {4});
        run.accept(Frames.frame(0, 0, 2, sites(counts)));
        run.accept(Frames.frame(
                1, 0, 2, sites(new Column(Histograms.TOP, new int[] {0}, new double[] {Double.NaN}), counts)));
        assertTrue(run.histograms().near(FIRST, 1).isEmpty());
    }

    private static Sites sites(Column... columns) {
        return new Sites(List.of(FIRST, SECOND), List.of(columns));
    }
}
