package observatory.analysis.detector;

import java.util.List;
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

/** The share of the sources in the batches changes: population stability index between lately and before. */
public final class MixtureShift implements Detector<MixtureShift.State> {
    static final Setting SHIFT = new Setting(
            "mixture_shift.shift",
            0.25,
            Setting.from(0.01, 10),
            "population stability index",
            "above 0.1 one watches, above 0.25 it is a shift; chance gives (k-1)/n, here about 0.02");
    static final List<Setting> SETTINGS = List.of(SHIFT);

    private static final double LATELY = 1.0 / 16;
    private static final double BEFORE = 1.0 / 512;
    /** Batches after which the mixture before is known. */
    private static final int KNOWN = 64;
    /** Sequences that the recent shares must rest on, so that chance stays far below the threshold. */
    private static final int SEQUENCES = 64;

    private static final int MOST = 64;
    private static final double SMOOTHING = 0.005;

    /** Shares by source, lately and before, and on how many sequences and batches they rest. */
    public record State(
            SortedMap<String, Double> lately, SortedMap<String, Double> before, long batches, double size) {}

    private final Settings settings;

    public MixtureShift(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(new TreeMap<>(), new TreeMap<>(), 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Batch batch = frame.batch().orElseThrow();
        if (batch.sequences().isEmpty()) {
            return Judgement.quiet(state);
        }
        SortedMap<String, Double> now = new TreeMap<>();
        double one = 1.0 / batch.sequences().size();
        for (Batch.Sequence sequence : batch.sequences()) {
            boolean room = now.containsKey(sequence.source()) || now.size() < MOST;
            now.merge(room ? sequence.source() : "(others)", one, Double::sum);
        }
        long batches = state.batches + 1;
        SortedMap<String, Double> lately = mixed(state.lately, now, Math.max(LATELY, 1.0 / batches));
        SortedMap<String, Double> before = mixed(state.before, now, Math.max(BEFORE, 1.0 / batches));
        State next = new State(lately, before, batches, batch.sequences().size());
        double index = index(lately, before);
        double sequences = next.size * (2 / LATELY - 1);
        if (batches < KNOWN || sequences < SEQUENCES || index <= settings.get(SHIFT)) {
            return Judgement.quiet(next);
        }
        String most = "";
        double change = 0;
        for (String source : before.keySet()) {
            double by = lately.getOrDefault(source, 0.0) - before.get(source);
            if (Math.abs(by) > Math.abs(change)) {
                most = source;
                change = by;
            }
        }
        double then = before.getOrDefault(most, 0.0);
        return Judgement.of(
                next,
                new Finding(
                        "MixtureShift",
                        Kind.MIXTURE_SHIFT,
                        Severity.WARNING,
                        frame.step(),
                        index,
                        Verdict.DATA_DRIVEN,
                        Evidence.none()
                                .with("stabilityIndex", index)
                                .with("source", most)
                                .with("shareBefore", then)
                                .with("shareLately", then + change),
                        "Up to step %,d the mixture of sources has changed: %s makes %s %% of the batches, before it made %s %%."
                                .formatted(
                                        frame.step(), most, Numbers.of(100 * (then + change)), Numbers.of(100 * then)),
                        "A model that meets a new mixture pays for it with loss and large gradients; GLM-130B did not converge"
                                + " after such a switch.",
                        "If it was meant, warm ratio and learning rate up over some 2000 steps (GLM-130B); if not, check the"
                                + " sampler's weights and which source ran out."));
    }

    private static SortedMap<String, Double> mixed(
            SortedMap<String, Double> shares, SortedMap<String, Double> now, double weight) {
        SortedMap<String, Double> next = new TreeMap<>();
        shares.forEach((source, share) -> next.put(source, share * (1 - weight)));
        now.forEach((source, share) -> next.merge(source, share * weight, Double::sum));
        return next;
    }

    private static double index(SortedMap<String, Double> p, SortedMap<String, Double> q) {
        double sum = 0;
        for (String source : q.keySet()) {
            double a = p.getOrDefault(source, 0.0) + SMOOTHING;
            double b = q.get(source) + SMOOTHING;
            sum += (a - b) * Math.log(a / b);
        }
        return sum;
    }
}
