package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import observatory.probe.Site;
import observatory.ui.Frames;
import observatory.ui.Theme;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class HeatCellsTest {
    @Test
    void aCellShowsTheGreatestOfItsSteps() {
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 1000; step++) {
            recording.accept(Frames.layers(step, 1, step == 437 ? 99 : 1, 2));
        }
        HeatCells cells = HeatCells.of(map(recording), new Span(0, 999), 10);
        assertEquals(99, cells.value(0, 4));
        assertEquals(1, cells.value(0, 5));
        assertTrue(cells.logarithmic(), "from 1 to 99 the shades follow the logarithm");
    }

    @Test
    void orTheLeastOrTheLast() {
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 1000; step++) {
            recording.accept(Frames.layers(step, 1, step == 437 ? 99 : step == 438 ? -7 : 1, 2));
        }
        HeatMap map = map(recording);
        HeatMap least = new HeatMap("rms", map.index(), map.rows(), Pool.LEAST, false);
        HeatMap last = new HeatMap("rms", map.index(), map.rows(), Pool.LAST, false);
        assertEquals(-7, HeatCells.of(least, new Span(0, 999), 10).value(0, 4));
        assertEquals(1, HeatCells.of(last, new Span(0, 999), 10).value(0, 4));
    }

    @Test
    void aFoldedRowShowsTheGreatestOfItsSites() {
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 100; step++) {
            recording.accept(Frames.layers(step, 1, 1, step == 37 ? Double.NaN : 5, 2));
        }
        HeatMap map = map(recording);
        HeatMap.Row all = new HeatMap.Row(
                "residual",
                "all",
                map.rows().stream().flatMap(row -> row.series().stream()).toList());
        HeatCells cells =
                HeatCells.of(new HeatMap("rms", map.index(), List.of(all), Pool.GREATEST, false), new Span(0, 99), 10);
        assertEquals(5, cells.value(0, 0));
        assertTrue(cells.nan(0, 3), "a NaN at one site is seen");
        assertFalse(cells.nan(0, 4));
    }

    @Test
    void notFiniteAndNotMeasuredAreTwoThings() {
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 20; step++) {
            recording.accept(
                    step < 10
                            ? Frames.layers(step, 1, Double.NaN)
                            : Frames.layers(step, 1, 1, Double.POSITIVE_INFINITY));
        }
        HeatCells cells = HeatCells.of(map(recording), new Span(0, 19), 20);
        assertTrue(cells.nan(0, 3));
        assertFalse(cells.nan(1, 3));
        assertFalse(cells.finite(1, 3));
        assertTrue(cells.infinite(1, 15));
    }

    @Test
    void fourThousandSitesAreDrawn() {
        double[] values = new double[4096];
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 50; step++) {
            for (int site = 0; site < values.length; site++) {
                values[site] = site == 1234 && step == 25 ? 1e6 : 1;
            }
            recording.accept(Frames.layers(step, 1, values));
        }
        HeatCells cells = HeatCells.of(map(recording), new Span(0, 49), 50);
        Raster raster = Raster.of(400, 300);
        HeatPainter.paint(raster, cells, Theme.LIGHT.palette(), 1);
        int bright = Cividis.of(1);
        boolean seen = false;
        for (int y = 0; y < raster.height(); y++) {
            seen |= raster.pixel(25 * 8 + 4, y) == bright;
        }
        assertTrue(seen, "one bright step of one site of 4,096 is on the picture");
    }

    private static HeatMap map(Recording recording) {
        MetricData data = recording.metric("rms").orElseThrow();
        List<HeatMap.Row> rows = new ArrayList<>();
        for (Site site : data.sites()) {
            rows.add(new HeatMap.Row("residual", Integer.toString(site.layer()), List.of(data.at(site))));
        }
        return new HeatMap("rms", data.index(), rows, Pool.GREATEST, false);
    }
}
