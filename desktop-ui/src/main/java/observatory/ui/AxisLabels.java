package observatory.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Ticks;
import observatory.ui.chart.TimeLabels;
import observatory.ui.data.Recording;

/**
 * Marks below charts of steps, in what the workbench is set to: round steps, or the steps at which a run had come to
 * round numbers of tokens, or of seconds, minutes, hours or days since its first frame. A run that does not tell tokens
 * or times has steps.
 */
final class AxisLabels implements StepLabels {
    private final Workbench bench;

    AxisLabels(Workbench bench) {
        this.bench = bench;
    }

    @Override
    public List<Ticks.Tick> over(Span steps, int most) {
        Recording run = bench.run();
        List<Ticks.Tick> ticks = run.frames().empty()
                ? List.of()
                : switch (bench.axisProperty().get()) {
                    case STEPS -> List.of();
                    case TOKENS -> tokens(run, steps, most);
                    case TIME -> times(run, steps, most);
                };
        return ticks.isEmpty() ? StepLabels.STEPS.over(steps, most) : ticks;
    }

    private static List<Ticks.Tick> tokens(Recording run, Span steps, int most) {
        IntToDoubleFunction at = row -> run.tokens(row);
        Span values = values(run, steps, at);
        return values.length() <= 0 ? List.of() : placed(run, at, Ticks.over(values, Scale.LINEAR, most));
    }

    private static List<Ticks.Tick> times(Recording run, Span steps, int most) {
        long begin = run.millis(0);
        IntToDoubleFunction at = row -> (run.millis(row) - begin) / 1000.0;
        Span values = values(run, steps, at);
        if (values.length() <= 0) {
            return List.of();
        }
        return placed(run, at, TimeLabels.marks(values, most));
    }

    /** What the rows in view come to, from the first to the last. */
    private static Span values(Recording run, Span steps, IntToDoubleFunction at) {
        double low = at.applyAsDouble(run.frames().rowNear(steps.low()));
        double high = at.applyAsDouble(run.frames().rowNear(steps.high()));
        return new Span(low, high);
    }

    /** Moves marks from values, which only rise, to the steps at which they were reached. */
    private static List<Ticks.Tick> placed(Recording run, IntToDoubleFunction at, List<Ticks.Tick> values) {
        List<Ticks.Tick> ticks = new ArrayList<>();
        for (Ticks.Tick tick : values) {
            int low = 0;
            int high = run.frames().size() - 1;
            while (low < high) {
                int middle = low + high >>> 1;
                if (at.applyAsDouble(middle) < tick.position()) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            ticks.add(new Ticks.Tick(run.frames().step(low), tick.label()));
        }
        return ticks;
    }
}
