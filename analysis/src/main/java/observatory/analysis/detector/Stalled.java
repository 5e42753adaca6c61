package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;

/** The run says nothing: recorded ticks tell for how long, and its own pace tells what is long. */
public final class Stalled implements Detector<Stalled.State> {
    static final Setting STEPS = new Setting(
            "stalled.steps",
            20,
            Setting.from(2, 100_000),
            "usual steps",
            "evaluations and checkpoints take several steps' time; twenty of them are rare");
    static final Setting SECONDS = new Setting(
            "stalled.seconds", 60, Setting.from(1, 1e6), "s", "faster runs pause for compilation and slow disks");
    static final List<Setting> SETTINGS = List.of(STEPS, SECONDS);

    /** Silence this many times as long as what is warned of is a run that will not come back by itself. */
    private static final double CRITICAL = 10;

    /**
     * @param stepSeconds usual time of a step, a slow average of the larger half
     * @param lastStep that was heard of
     */
    public record State(double stepSeconds, long lastStep) {}

    private final Settings settings;

    public Stalled(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.nothing();
    }

    @Override
    public State start() {
        return new State(0, -1);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double seconds = frame.scalars().find(Scalars.STEP_SECONDS).orElse(Double.NaN);
        boolean told = seconds > 0 && Double.isFinite(seconds);
        double usual = !told
                ? state.stepSeconds
                : state.stepSeconds == 0 ? seconds : state.stepSeconds + 0.05 * (seconds - state.stepSeconds);
        return Judgement.quiet(new State(usual, frame.step()));
    }

    @Override
    public Judgement<State> hear(State state, RunEvent event) {
        if (event.kind() != RunEvent.Kind.TICK) {
            return Judgement.quiet(state);
        }
        double silent = Long.parseLong(event.details().getOrDefault("silent_seconds", "0"));
        double bound = Math.max(settings.get(SECONDS), settings.get(STEPS) * state.stepSeconds);
        if (silent < bound) {
            return Judgement.quiet(state);
        }
        return Judgement.of(
                state,
                new Finding(
                        "Stalled",
                        Kind.STALLED,
                        silent >= CRITICAL * bound ? Severity.CRITICAL : Severity.WARNING,
                        event.step(),
                        silent,
                        Verdict.UNDETERMINED,
                        Evidence.none().with("silentSeconds", silent).with("usualStepSeconds", state.stepSeconds),
                        "Nothing has been heard of the run for %s s since step %,d."
                                .formatted(Numbers.of(silent), event.step()),
                        "A run that hangs in a collective operation or on a dead node costs as much as one that learns.",
                        "Look at the processes: a stack trace of every rank shows who waits for whom; if the trainer is alive,"
                                + " look at its sender and the network."));
    }
}
