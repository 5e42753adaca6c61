package observatory.analysis.detector;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Batch;
import observatory.probe.Frame;

/**
 * The loss of one source climbs while the others hold: the mean over all hides it until it is too late for that source.
 */
public final class SourceDivergence implements Detector<SourceDivergence.State> {
    static final Setting RISE = new Setting(
            "source_divergence.rise",
            0.15,
            Setting.from(0.01, 2),
            "share of the source's best level",
            "levels over some hundred sequences wander by a few percent; the other sources must hold meanwhile");
    static final List<Setting> SETTINGS = List.of(RISE);

    private static final double SLOW = 1.0 / 256;
    private static final long KNOWN = 512;
    private static final int MOST = 64;

    record Level(double mean, double best, long seen) {}

    /** Levels by source. */
    public record State(SortedMap<String, Level> levels) {}

    private final Settings settings;

    public SourceDivergence(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(new TreeMap<>());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SortedMap<String, Level> levels = new TreeMap<>(state.levels);
        for (Batch.Sequence sequence : frame.batch().orElseThrow().sequences()) {
            boolean room = levels.containsKey(sequence.source()) || levels.size() < MOST;
            if (room && Double.isFinite(sequence.loss())) {
                levels.merge(
                        sequence.source(),
                        new Level(sequence.loss(), Double.MAX_VALUE, 1),
                        (was, one) -> moved(was, one.mean));
            }
        }
        State next = new State(levels);
        String worst = "";
        double rise = settings.get(RISE);
        boolean othersHold = false;
        for (Map.Entry<String, Level> entry : levels.entrySet()) {
            double own = rise(entry.getValue());
            if (own > rise) {
                othersHold = levels.entrySet().stream()
                        .filter(other -> !other.getKey().equals(entry.getKey()) && other.getValue().seen > KNOWN)
                        .anyMatch(other -> rise(other.getValue()) < settings.get(RISE) / 4);
                rise = own;
                worst = entry.getKey();
            }
        }
        if (worst.isEmpty() || !othersHold) {
            return Judgement.quiet(next);
        }
        Level level = levels.get(worst);
        return Judgement.of(
                next,
                new Finding(
                        "SourceDivergence",
                        Kind.MIXTURE_SHIFT,
                        Severity.WARNING,
                        frame.step(),
                        rise,
                        Verdict.DATA_DRIVEN,
                        Evidence.none()
                                .with("source", worst)
                                .with("level", level.mean)
                                .with("best", level.best),
                        "Up to step %,d the loss of %s has risen to %s from %s at best, while other sources held."
                                .formatted(frame.step(), worst, Numbers.of(level.mean), Numbers.of(level.best)),
                        "What one source loses the mean does not show; either its documents have changed, or the others push"
                                + " it out of the model.",
                        "Compare its documents of now and before; if they are alike, raise its share."));
    }

    private static double rise(Level level) {
        return level.seen > KNOWN && level.best > 0 ? level.mean / level.best - 1 : 0;
    }

    private static Level moved(Level was, double loss) {
        long seen = was.seen + 1;
        double mean = was.mean + (loss - was.mean) * Math.max(SLOW, 1.0 / seen);
        return new Level(mean, seen > KNOWN / 2 ? Math.min(was.best, mean) : was.best, seen);
    }
}
