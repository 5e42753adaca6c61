package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;

/** The normaliser of the output softmax drifts: log Z far from where it began shows a late divergence long ahead. */
public final class LogitDrift implements Detector<LogitDrift.State> {
    static final Setting BEYOND = new Setting(
            "logit_drift.beyond",
            10,
            Setting.from(1, 1000),
            "nat",
            "e^10 on every logit alike: what z-loss (1e-4·log² Z, PaLM) is there to prevent");
    static final List<Setting> SETTINGS = List.of(BEYOND);

    private static final String METRIC = "log_z_mean";

    /** The first log Z that was measured, and its trend. */
    public record State(double first, SiteTrend trend) {}

    private final Settings settings;

    public LogitDrift(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics(METRIC);
    }

    @Override
    public State start() {
        return new State(Double.NaN, SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.trend.read(frame, column, x -> x);
        int at = SiteTrend.Reading.largest(reading.value());
        if (at < 0) {
            return Judgement.quiet(new State(state.first, reading.next()));
        }
        double level = reading.next().fast()[at];
        double first = Double.isNaN(state.first) ? level : state.first;
        State next = new State(first, reading.next());
        double away = Math.abs(level - first);
        if (away <= settings.get(BEYOND)) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
                new Finding(
                        "LogitDrift",
                        Kind.LOGIT_DRIFT,
                        away > 2 * settings.get(BEYOND) ? Severity.CRITICAL : Severity.WARNING,
                        frame.step(),
                        away,
                        Verdict.OPTIMISER,
                        Evidence.none().with("logZ", level).with("first", first),
                        "At step %,d the mean log Z of the output is %s, %s from the %s it began with."
                                .formatted(frame.step(), Numbers.of(level), Numbers.of(away), Numbers.of(first)),
                        "Softmax does not see a shift of all logits, so nothing holds it; large logits lose precision and end"
                                + " in a late divergence.",
                        "Add a z-loss of 1e-4·log² Z (PaLM), or lower the learning rate of the output matrix."));
    }
}
