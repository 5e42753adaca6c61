package observatory.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Ticks;
import observatory.ui.chart.TimeLabels;
import observatory.ui.data.Recording;
import observatory.ui.data.StepIndex;

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
        return placed(run, steps, most, row -> run.tokens(row), tokens -> Ticks.over(tokens, Scale.LINEAR, most));
    }

    private static List<Ticks.Tick> times(Recording run, Span steps, int most) {
        long begin = run.millis(0);
        return placed(
                run,
                steps,
                most,
                row -> (run.millis(row) - begin) / 1000.0,
                seconds -> TimeLabels.marks(seconds, most));
    }

    /**
     * Marks at round values, which only rise, at the steps at which they were reached, and none so close to another
     * that they would be written over each other; none at all where the value does not rise over the steps.
     */
    private static List<Ticks.Tick> placed(
            Recording run, Span steps, int most, IntToDoubleFunction at, Function<Span, List<Ticks.Tick>> marks) {
        double low = at.applyAsDouble(run.frames().rowNear(steps.low()));
        double high = at.applyAsDouble(run.frames().rowNear(steps.high()));
        if (low >= high) {
            return List.of();
        }
        double apart = 0.8 * steps.length() / most;
        double last = Double.NEGATIVE_INFINITY;
        List<Ticks.Tick> ticks = new ArrayList<>();
        for (Ticks.Tick mark : marks.apply(new Span(low, high))) {
            int reached = StepIndex.first(0, run.frames().size() - 1, row -> at.applyAsDouble(row) >= mark.position());
            long step = run.frames().step(reached);
            if (step - last >= apart) {
                ticks.add(new Ticks.Tick(step, mark.label()));
                last = step;
            }
        }
        return ticks;
    }
}
