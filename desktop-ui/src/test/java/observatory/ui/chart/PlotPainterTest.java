package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import observatory.ui.Theme;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;

class PlotPainterTest {
    private static final Palette PALETTE = Theme.LIGHT.palette();
    private static final int LINE = PALETTE.series(0);

    /** The promise that charts exist for: what happened at one step of a hundred thousand can be seen. */
    @Test
    void aThousandSpikesOfOneStepAreAllVisible() {
        Random random = new Random(5);
        int steps = 100_000;
        StepIndex.Growing index = new StepIndex.Growing();
        Series series = new Series();
        for (int step = 0; step < steps; step++) {
            index.append(step);
            series.append(step % 100 == 50 ? 8 : random.nextGaussian() * 0.5);
        }
        int width = 1600;
        Raster raster = paint(width, 200, plot(index.index(), series), new Span(0, steps - 1));
        int visible = 0;
        for (int step = 50; step < steps; step += 100) {
            int x = (int) Math.floor((double) step / (steps - 1) * (width - 1) + 0.5);
            visible += inked(raster, x, 0, 40) ? 1 : 0;
        }
        assertEquals(1000, visible);
    }

    @Test
    void notFiniteIsMarkedAtTheEdgeAndNotJoined() {
        Series series = new Series();
        for (double value : new double[] {1, 1, Double.NaN, 1, 1}) {
            series.append(value);
        }
        Raster raster = paint(200, 100, plot(StepIndex.of(0, 1, 2, 3, 4), series), new Span(0, 4));
        assertTrue(has(raster, 90, 110, 0, 20, PALETTE.get("critical")), "a cross above the step of the NaN");
        assertFalse(has(raster, 60, 140, 30, 100, LINE), "no line over the gap");
        assertTrue(has(raster, 5, 45, 30, 100, LINE), "a line where there are values");
    }

    @Test
    void missingStepsBreakTheLine() {
        StepIndex.Growing index = new StepIndex.Growing();
        Series series = new Series();
        for (int step = 0; step < 50; step++) {
            index.append(step);
            series.append(1);
        }
        for (int step = 150; step < 200; step++) {
            index.append(step);
            series.append(1);
        }
        Raster raster = paint(400, 100, plot(index.index(), series), new Span(0, 199));
        assertFalse(has(raster, 110, 290, 0, 100, LINE));
        assertTrue(has(raster, 310, 390, 0, 100, LINE));
    }

    @Test
    void whatARestartWentOverAgainIsFaint() {
        StepIndex.Growing index = new StepIndex.Growing();
        Series series = new Series();
        for (int step = 0; step < 100; step++) {
            index.append(step);
            series.append(1);
        }
        for (int step = 50; step < 100; step++) {
            index.append(step);
            series.append(3);
        }
        Raster raster = paint(400, 100, plot(index.index(), series), new Span(0, 99));
        assertTrue(has(raster, 20, 180, 80, 100, LINE), "the part that was kept");
        assertFalse(has(raster, 220, 380, 80, 100, LINE), "the part that was not is not in full colour");
        assertTrue(has(raster, 220, 380, 0, 20, LINE), "the second try");
    }

    @Test
    void outliersThatAreLeftOutAreCounted() {
        StepIndex.Growing index = new StepIndex.Growing();
        Series series = new Series();
        for (int step = 0; step < 100; step++) {
            index.append(step);
            series.append(step == 30 || step == 60 ? 1e6 : step % 10);
        }
        Plot plot = plot(index.index(), series).clipped(true);
        PlotPainter.Drawn drawn = PlotPainter.paint(Raster.of(300, 100), plot, new Span(0, 99), PALETTE, 1);
        assertEquals(2, drawn.clipped());
        assertTrue(drawn.axis().value(1) < 100);
    }

    @Test
    void nothingAtAllIsAnEmptyChart() {
        Plot empty = Plot.of("Loss", "", List.of());
        PlotPainter.Drawn drawn = PlotPainter.paint(Raster.of(300, 100), empty, new Span(0, 99), PALETTE, 1);
        assertTrue(drawn.ticks().isEmpty(), "an axis of nothing");
        Plot banded = empty.with(List.of(new Plot.Band(10, 90, "critical", true)), List.of());
        Raster raster = paint(100, 100, banded, new Span(0, 99));
        assertEquals(PALETTE.get("plot"), raster.pixel(50, 50), "a sentence stands there");
    }

    private static Plot plot(StepIndex index, Series series) {
        return Plot.of("Loss", "", List.of(Trace.raw("loss", index, series, 0)));
    }

    private static Raster paint(int width, int height, Plot plot, Span steps) {
        Raster raster = Raster.of(width, height);
        PlotPainter.paint(raster, plot, steps, PALETTE, 1);
        return raster;
    }

    private static boolean inked(Raster raster, int x, int top, int bottom) {
        return has(raster, Math.max(0, x - 1), Math.min(raster.width(), x + 2), top, bottom, LINE);
    }

    private static boolean has(Raster raster, int left, int right, int top, int bottom, int argb) {
        for (int x = left; x < right; x++) {
            for (int y = top; y < bottom; y++) {
                if (close(raster.pixel(x, y), argb)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Edges are smooth, so a thin line may not cover any pixel wholly. */
    private static boolean close(int pixel, int argb) {
        int far = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            far = Math.max(far, Math.abs((pixel >> shift & 255) - (argb >> shift & 255)));
        }
        return far < 70;
    }

    /** Many of them would hide the lines. */
    @Test
    void aBandThatIsNotShadedIsMarkedAtItsTopAlone() {
        Series unmeasured = new Series();
        unmeasured.appendAbsent();
        Plot plot = plot(StepIndex.of(0), unmeasured)
                .with(
                        List.of(new Plot.Band(10, 20, "info", false), new Plot.Band(60, 70, "critical", true)),
                        List.of());
        Raster raster = paint(100, 100, plot, new Span(0, 99));
        assertTrue(has(raster, 12, 18, 0, 3, PALETTE.get("info")));
        int beside = raster.pixel(40, 40);
        assertEquals(beside, raster.pixel(15, 40));
        assertTrue(raster.pixel(65, 40) != beside);
    }
}
