package observatory.analysis.replay;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import observatory.analysis.Kind;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * What is wrong in an incident, as one number that any course of the same steps can be asked for: how far the signal
 * that shows it goes from its level before, in deviations of that level; 0 for a course in which nothing is wrong.
 */
public final class Symptom {
    /** Below this a signal has not departed: of a thousand signals some reach four deviations by chance. */
    static final double PRESENT = 6;

    /**
     * Where all signals are searched, one has departed only if it goes so many times as far as it ever did in the steps
     * before: the largest of a thousand with long tails lies far out by chance, and any other batch
     * would bring it back.
     */
    private static final double UNUSUAL = 2;

    /** Of the one signal that a kind of incident is about. */
    private static final double EXPECTED = 4;

    /** The strength of a course that could not go on to its end. */
    public static final double ENDED = Baseline.MOST;

    private final Signal signal;
    private final double sign;
    private final Baseline baseline;
    private final List<Frame> before;
    private final double share;
    private final long steps;

    private Symptom(Signal signal, double sign, Baseline baseline, List<Frame> before, double share) {
        this(signal, sign, baseline, before, share, Long.MAX_VALUE);
    }

    private Symptom(Signal signal, double sign, Baseline baseline, List<Frame> before, double share, long steps) {
        this.signal = signal;
        this.sign = sign;
        this.baseline = baseline;
        this.before = List.copyOf(before);
        this.share = share;
        this.steps = steps;
    }

    /**
     * The signal that shows an incident best: one that its kind is about, where that has departed; else the loss, the
     * gradient, or one sequence's loss; else whichever went farthest.
     *
     * @param kind empty where only a step was named
     * @param before frames of the steps before, all ranks
     * @param during frames of the steps of the incident
     * @return empty where nothing has departed from how it was
     */
    public static Optional<Symptom> of(Optional<Kind> kind, List<Frame> before, List<Frame> during) {
        Baseline baseline = new Baseline(before);
        Map<Signal, Double> farthest = new LinkedHashMap<>();
        for (Frame frame : during) {
            Signals.of(frame).forEach((signal, value) -> {
                double departure = baseline.departure(signal, value);
                farthest.merge(signal, departure, (a, b) -> Math.abs(a) >= Math.abs(b) ? a : b);
            });
        }
        Optional<Symptom> own = kind.flatMap(one -> ofKind(one, baseline, before, during, farthest));
        return own.or(() -> broken(baseline, before, during))
                .or(() -> named(
                        farthest,
                        PRESENT,
                        baseline,
                        before,
                        Scalars.LOSS,
                        Scalars.GRADIENT_NORM,
                        Signals.WORST_SEQUENCE.metric()))
                .or(() -> farthest(
                        farthest,
                        signal -> Signals.size(signal)
                                && Math.abs(farthest.get(signal)) >= UNUSUAL * baseline.reach(signal),
                        PRESENT,
                        baseline,
                        before));
    }

    /** The loss, whatever it does. */
    public static Symptom loss(List<Frame> before) {
        return new Symptom(new Signal(Scalars.LOSS, ""), 1, new Baseline(before), before, 0);
    }

    /**
     * The same signal against other steps before.
     *
     * @param steps so many at the end of a course count, which are those of the incident where a course begins earlier
     */
    public Symptom against(List<Frame> before, long steps) {
        return new Symptom(signal, sign, new Baseline(before), before, share, steps);
    }

    /** The same with every step of a course. */
    public Symptom inAll() {
        return new Symptom(signal, sign, baseline, before, share);
    }

    /** The frames of a course that count. */
    public List<Frame> counted(List<Frame> course) {
        long last = course.stream().mapToLong(Frame::step).max().orElse(0);
        return course.stream().filter(frame -> last - frame.step() < steps).toList();
    }

    private static Optional<Symptom> ofKind(
            Kind kind, Baseline baseline, List<Frame> before, List<Frame> during, Map<Signal, Double> farthest) {
        return switch (kind) {
            case NON_FINITE, OVERFLOW -> broken(baseline, before, during);
            case DUPLICATE_DATA -> whole(Signals.REPEATED, 0.25, Signals.repeated(before, during), baseline, before);
            case MIXTURE_SHIFT -> whole(Signals.MIXTURE, 0.25, Signals.mixture(before, during), baseline, before);
            case RANK_DISAGREEMENT -> whole(Signals.RANKS_DIFFER, 0.5, Signals.ranksDiffer(during), baseline, before);
            case LOSS_SPIKE, DIVERGENCE, SLOW_DIVERGENCE, BAD_BATCH, DATA_OUTLIER ->
                broken(baseline, before, during)
                        .or(() -> named(farthest, EXPECTED, baseline, before, Scalars.LOSS, "worst_sequence_loss"));
            case GRADIENT_SPIKE, GRADIENT_DRIFT, GRADIENT_EXPLOSION ->
                named(farthest, EXPECTED, baseline, before, Scalars.GRADIENT_NORM);
            case ATTENTION_GROWTH -> named(farthest, EXPECTED, baseline, before, "attention_logit_max");
            case DEAD_UNITS -> named(farthest, EXPECTED, baseline, before, "dead_fraction");
            case LOGIT_DRIFT -> named(farthest, EXPECTED, baseline, before, "log_z_max", "log_z_mean");
            case UNDERFLOW, LOSS_SCALE_COLLAPSE ->
                named(farthest, EXPECTED, baseline, before, "zero_fraction", "fp16_flushed", "fp16_subnormal");
            case SPECTRAL_DRIFT,
                    NOISE_SCALE,
                    THROUGHPUT,
                    STRAGGLER,
                    SCALING_LAG,
                    RESTART,
                    STALLED,
                    TELEMETRY_LOST,
                    DUPLICATE_WRITER,
                    SUSPICIOUS_LOG -> Optional.empty();
        };
    }

    private static Optional<Symptom> broken(Baseline baseline, List<Frame> before, List<Frame> during) {
        double most = during.stream()
                .mapToDouble(frame -> Signals.of(frame).get(Signals.NON_FINITE))
                .max()
                .orElse(0);
        return most > 0 ? Optional.of(new Symptom(Signals.NON_FINITE, 1, baseline, before, 0)) : Optional.empty();
    }

    private static Optional<Symptom> whole(
            Signal signal, double least, double value, Baseline baseline, List<Frame> before) {
        return value >= least ? Optional.of(new Symptom(signal, 1, baseline, before, least)) : Optional.empty();
    }

    private static Optional<Symptom> named(
            Map<Signal, Double> farthest, double least, Baseline baseline, List<Frame> before, String... metrics) {
        for (String metric : metrics) {
            Optional<Symptom> found =
                    farthest(farthest, signal -> signal.metric().equals(metric), least, baseline, before);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Symptom> farthest(
            Map<Signal, Double> farthest,
            Predicate<Signal> among,
            double least,
            Baseline baseline,
            List<Frame> before) {
        return farthest.entrySet().stream()
                .filter(each -> among.test(each.getKey()) && Math.abs(each.getValue()) >= least)
                .max(Comparator.comparingDouble(each -> Math.abs(each.getValue())))
                .map(each -> new Symptom(each.getKey(), Math.signum(each.getValue()), baseline, before, 0));
    }

    /** For people: the signal. */
    public String label() {
        return signal.label();
    }

    public Signal signal() {
        return signal;
    }

    /** Whether it is that sequences were trained on before. */
    public boolean repetition() {
        return signal.equals(Signals.REPEATED);
    }

    /** What the number is counted in. */
    public String unit() {
        if (signal.equals(Signals.NON_FINITE)) {
            return "sites with a NaN or an infinity";
        }
        return share > 0 ? "" : "deviations of the steps before";
    }

    /** How strong it is in a course of the same steps: the farthest it goes in any step that counts, of any rank. */
    public double of(List<Frame> course) {
        List<Frame> frames = counted(course);
        if (signal.equals(Signals.REPEATED)) {
            return Signals.repeated(before, frames);
        }
        if (signal.equals(Signals.MIXTURE)) {
            return Signals.mixture(before, frames);
        }
        if (signal.equals(Signals.RANKS_DIFFER)) {
            return Signals.ranksDiffer(frames);
        }
        return frames.stream().mapToDouble(this::of).max().orElse(0);
    }

    /** How strong it is in one step. */
    public double of(Frame frame) {
        Double value = Signals.of(frame).get(signal);
        if (value == null) {
            return 0;
        }
        if (signal.equals(Signals.NON_FINITE)) {
            return value;
        }
        return Math.max(0, sign * baseline.departure(signal, value));
    }

    /** Whether a strength is one at which something is wrong. */
    public boolean present(double strength) {
        if (signal.equals(Signals.NON_FINITE)) {
            return strength > 0;
        }
        return strength >= (share > 0 ? share : EXPECTED);
    }
}
