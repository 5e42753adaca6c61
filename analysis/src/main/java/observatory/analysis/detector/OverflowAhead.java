package observatory.analysis.detector;

import java.util.List;
import java.util.Set;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** How long until a forward tensor overflows fp16: its headroom in bits, and how fast that shrinks. */
public final class OverflowAhead implements Detector<OverflowAhead.State> {
    static final Setting WATCH =
            new Setting("overflow_ahead.watch", 4, Setting.from(0, 16), "bits", "a factor of 16 below 65504");
    static final Setting WARN =
            new Setting("overflow_ahead.warn", 2, Setting.from(0, 16), "bits", "a factor of 4 below 65504");
    static final Setting CRITICAL = new Setting(
            "overflow_ahead.critical", 1, Setting.from(0, 16), "bits", "half of 65504: the next doubling overflows");
    static final Setting SOON = new Setting(
            "overflow_ahead.soon", 2000, Setting.from(10, 1e7), "steps", "time enough to stop and change the run");
    static final Setting VERY_SOON = new Setting(
            "overflow_ahead.very_soon", 300, Setting.from(1, 1e7), "steps", "within the distance of two checkpoints");
    static final List<Setting> SETTINGS = List.of(WATCH, WARN, CRITICAL, SOON, VERY_SOON);

    private static final String METRIC = "fp16_headroom_bits";
    private static final int KNOWN = 50;
    /** A rate is believed where the loss of headroom over 300 steps stands out of its own noise. */
    private static final double SIGNIFICANT = 4;

    /** The headroom by site. */
    public record State(SiteTrend headroom) {}

    private final Settings settings;

    public OverflowAhead(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return new Needs(Set.of(Scalars.FORWARD_LIMIT), Set.of(METRIC));
    }

    @Override
    public State start() {
        return new State(SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.headroom.read(frame, column, x -> x);
        State next = new State(reading.next());
        if (frame.scalars().find(Scalars.FORWARD_LIMIT).orElse(Double.MAX_VALUE) > 65504) {
            return Judgement.quiet(next); // the forward pass does not run in fp16: the headroom is what it would have
        }
        int at = -1;
        double soonest = Double.POSITIVE_INFINITY;
        Severity worst = Severity.INFO;
        for (int i = 0; i < reading.value().length; i++) {
            double bits = reading.next().fast()[i];
            double steps = stepsLeft(reading, i);
            Severity severity = severity(bits, steps);
            boolean worth = reading.known(i, 1) && bits < settings.get(WATCH) && severity != Severity.INFO;
            if (worth && (at < 0 || severity.compareTo(worst) > 0 || severity == worst && steps < soonest)) {
                at = i;
                soonest = steps;
                worst = severity;
            }
        }
        return at < 0 ? Judgement.quiet(next) : Judgement.of(next, finding(frame, reading, at, worst, soonest));
    }

    private Severity severity(double bits, double steps) {
        if (bits < settings.get(CRITICAL)) {
            return Severity.CRITICAL;
        }
        return bits < settings.get(WARN) || steps < settings.get(VERY_SOON)
                ? Severity.WARNING
                : steps < settings.get(SOON) ? Severity.WARNING : Severity.INFO;
    }

    private static double stepsLeft(SiteTrend.Reading reading, int i) {
        double lost = -reading.growth()[i];
        boolean falls =
                reading.known(i, KNOWN) && lost > SIGNIFICANT * reading.next().noise()[i] && lost > 0;
        double perStep = lost / (SiteTrend.SLOW - SiteTrend.FAST);
        return falls ? Math.max(0, reading.next().fast()[i]) / perStep : Double.POSITIVE_INFINITY;
    }

    private static Finding finding(Frame frame, SiteTrend.Reading reading, int at, Severity severity, double steps) {
        String where = reading.site(at).label();
        double bits = reading.next().fast()[at];
        Evidence evidence = Evidence.none().with("site", where).with("headroomBits", bits);
        boolean dated = Double.isFinite(steps);
        return new Finding(
                "OverflowAhead",
                Kind.OVERFLOW,
                severity,
                frame.step(),
                16 - bits,
                Verdict.NUMERICAL,
                dated ? evidence.with("stepsToOverflow", steps) : evidence,
                "At step %,d %s has %s bits left before fp16 overflows%s."
                        .formatted(
                                frame.step(),
                                where,
                                Numbers.of(bits),
                                dated ? ", some " + Numbers.of(steps) + " steps at this rate" : ""),
                "fp16 ends at 65504; a forward overflow makes the step worthless, and no loss scale helps against it.",
                "Change to bf16 before that, or keep this tensor small: normalise its input, lower the learning rate, or"
                        + " compute it in fp32.");
    }
}
