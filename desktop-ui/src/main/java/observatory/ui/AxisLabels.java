package observatory.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Ticks;
import observatory.ui.data.Recording;

/**
 * Marks below charts of steps, in what the workbench is set to: round steps, or the steps at which a run had come to
 * round numbers of tokens, or of seconds, minutes, hours or days since its first frame. A run that does not tell tokens
 * or times has steps.
 */
final class AxisLabels implements StepLabels {
    private static final double[] STRIDES = {
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400
    };
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;
    private static final long DAY = 86_400;

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
        IntToDoubleFunction at = row -> run.tokens().at(row);
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
        double least = values.length() / Math.max(1, most);
        double stride = least > DAY ? DAY * Math.ceil(least / DAY) : DAY;
        for (int i = STRIDES.length - 1; i >= 0 && STRIDES[i] >= least; i--) {
            stride = STRIDES[i];
        }
        List<Ticks.Tick> ticks = new ArrayList<>();
        for (double time = Math.ceil(values.low() / stride) * stride; time <= values.high(); time += stride) {
            ticks.add(new Ticks.Tick(time, time(Math.round(time), (long) stride)));
        }
        return placed(run, at, ticks);
    }

    /** Seconds in the largest unit in which marks so far apart are whole. */
    private static String time(long seconds, long stride) {
        long unit = stride % DAY == 0 ? DAY : stride % HOUR == 0 ? HOUR : stride % MINUTE == 0 ? MINUTE : 1;
        String name = unit == DAY ? " d" : unit == HOUR ? " h" : unit == MINUTE ? " min" : " s";
        return Numbers.whole(seconds / unit) + name;
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
