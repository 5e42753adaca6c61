package observatory.analysis.variants;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.LossReading;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/**
 * What one run came to, judged by the detectors that judge every run. Losses are in nats a token; NaN where there is
 * none.
 *
 * @param initialLoss of the first step, before any update
 * @param finalLoss mean of the last {@value #WINDOW} steps; NaN where the run ended before its last step
 * @param lowestLoss lowest mean of {@value #WINDOW} steps in a row
 * @param incidents how many began, by kind, of those that tell of the model and are more than worth knowing
 * @param skipped steps that were left out because their gradient was not finite
 * @param attentionLogit largest attention logit that was measured
 * @param residualRms largest root mean square of the residual stream
 * @param activationMax largest magnitude of any activation
 */
public record Outcome(
        long steps,
        double initialLoss,
        double finalLoss,
        double lowestLoss,
        SortedMap<String, Integer> incidents,
        long skipped,
        double attentionLogit,
        double residualRms,
        double activationMax) {
    private static final int WINDOW = 32;

    /** The published mark of instability: the loss over the lowest before it (Li et al. 2021, arXiv 2108.06084). */
    private static final double DIVERGED = 1.2;

    /** Reads what one run told, in order. */
    public static Outcome of(List<? extends Telemetry> told, long planned) {
        List<Frame> frames = told.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
        long last = frames.isEmpty() ? 0 : frames.getLast().step();
        return new Outcome(
                last,
                frames.isEmpty() ? Double.NaN : loss(frames.getFirst()),
                last < planned ? Double.NaN : LossReading.of(frames).loss(),
                lowest(frames),
                incidents(told),
                frames.stream()
                        .filter(frame -> frame.scalars().find(Scalars.SKIPPED).orElse(0) > 0)
                        .count(),
                largest(frames, "attention_logit_max", Hook.ATTENTION_LOGITS::equals),
                largest(frames, "rms", Hook.RESIDUAL::equals),
                largest(frames, "abs_max", Hook::activation));
    }

    /** Whether it ended early, not finite, no better than untrained, or far above the lowest it had reached. */
    public boolean diverged() {
        return !(finalLoss < initialLoss && finalLoss <= DIVERGED * lowestLoss);
    }

    /** Incidents of all kinds. */
    public int begun() {
        return incidents.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static double loss(Frame frame) {
        return frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
    }

    private static double lowest(List<Frame> frames) {
        Deque<Double> window = new ArrayDeque<>();
        double lowest = Double.NaN;
        for (Frame frame : frames) {
            window.add(loss(frame));
            if (window.size() > WINDOW) {
                window.remove();
            }
            double mean =
                    window.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
            boolean full = window.size() == WINDOW || window.size() == frames.size();
            if (full && Double.isFinite(mean)) {
                lowest = Double.isNaN(lowest) ? mean : Math.min(lowest, mean);
            }
        }
        return lowest;
    }

    private static SortedMap<String, Integer> incidents(List<? extends Telemetry> told) {
        RunWatch watch = RunWatch.of(new RunId("variant"));
        told.forEach(watch::accept);
        watch.finish();
        SortedMap<String, Integer> begun = new TreeMap<>();
        for (Incident incident : watch.incidents()) {
            if (incident.severity() != Severity.INFO && incident.kind().subject() == Kind.Subject.MODEL) {
                begun.merge(incident.kind().label(), 1, Integer::sum);
            }
        }
        return begun;
    }

    private static double largest(List<Frame> frames, String metric, Predicate<Hook> hooks) {
        double largest = Double.NaN;
        for (Frame frame : frames) {
            Sites sites = frame.sites();
            Column column = sites.column(metric).orElse(null);
            for (int i = 0; column != null && i < column.size(); i++) {
                double value = column.values()[i];
                if (hooks.test(sites.sites().get(column.at()[i]).hook()) && !Double.isNaN(value)) {
                    largest = Double.isNaN(largest) ? value : Math.max(largest, value);
                }
            }
        }
        return largest;
    }
}
