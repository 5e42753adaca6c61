package observatory.ui;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import observatory.ui.chart.Ema;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** Lines with their smoothed selves, which are kept from one picture to the next and grow with the run. */
public final class SmoothTraces {
    private final Workbench bench;
    private final Map<Series, Ema> known = new HashMap<>();
    private Recording of;

    public SmoothTraces(Workbench bench) {
        this.bench = bench;
    }

    public Trace of(String name, StepIndex index, Series series, int colour) {
        double weight = bench.smoothingProperty().get();
        if (weight == 0) {
            return Trace.raw(name, index, series, colour);
        }
        if (bench.run() != of) {
            of = bench.run();
            known.clear();
        }
        Ema ema = known.get(series);
        if (ema == null || ema.weight() != weight) {
            ema = new Ema(index, series, weight);
            known.put(series, ema);
        }
        return new Trace(name, index, series, Optional.of(ema), colour, false);
    }
}
