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
import observatory.stream.DeadLetters;

/**
 * Part of the telemetry never arrived: shed on its way, or dropped before it was handed over. What is judged has holes.
 */
public final class TelemetryLost implements Detector<TelemetryLost.State> {
    static final Setting MANY = new Setting(
            "telemetry_lost.many", 100, Setting.from(1, 1e9), "frames", "a spike log around an incident spans as many");
    static final List<Setting> SETTINGS = List.of(MANY);

    private static final String NAME = "TelemetryLost";

    /** @param dropped frames that the trainer could not hand over, as last told */
    public record State(double dropped) {}

    private final Settings settings;

    public TelemetryLost(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.nothing();
    }

    @Override
    public State start() {
        return new State(0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double dropped = frame.scalars().find(Scalars.FRAMES_DROPPED).orElse(state.dropped);
        if (!Double.isFinite(dropped) || dropped <= state.dropped) {
            return Judgement.quiet(new State(Double.isFinite(dropped) ? dropped : state.dropped));
        }
        double lost = dropped - state.dropped;
        return Judgement.of(
                new State(dropped),
                finding(
                        frame.step(),
                        lost,
                        Evidence.none().with("framesDropped", dropped).with("framesNow", lost),
                        "%s frames could not be handed over".formatted(Numbers.of(lost))));
    }

    @Override
    public Judgement<State> hear(State state, RunEvent event) {
        if (event.kind() != RunEvent.Kind.LOST) {
            return Judgement.quiet(state);
        }
        Evidence evidence = Evidence.none();
        for (var detail : event.details().entrySet()) {
            evidence = evidence.with(detail.getKey(), detail.getValue());
        }
        return Judgement.of(
                state,
                event.details().containsKey(DeadLetters.COUNT)
                        ? unreadable(event, evidence.with("event", "dead_letters"))
                        : finding(
                                event.step(),
                                1,
                                evidence.with("event", "lost"),
                                "telemetry was shed on its way " + event.details()));
    }

    private Finding unreadable(RunEvent event, Evidence evidence) {
        String count = event.details().get(DeadLetters.COUNT);
        return new Finding(
                NAME,
                Kind.TELEMETRY_LOST,
                Severity.WARNING,
                event.step(),
                count.matches("\\d{1,15}") ? Long.parseLong(count) : 1,
                Verdict.UNDETERMINED,
                evidence,
                "Up to step %,d %s records of this run could not be read: %s."
                        .formatted(event.step(), count, event.details().getOrDefault("reason", "")),
                "Somebody writes what this version cannot read, so judgements rest on less than was measured.",
                "`observatory topics dead-letters` shows the records and what is wrong with each; correct the producer, or"
                        + " upgrade this program and replay them.");
    }

    private Finding finding(long step, double lost, Evidence evidence, String what) {
        return new Finding(
                NAME,
                Kind.TELEMETRY_LOST,
                lost >= settings.get(MANY) ? Severity.WARNING : Severity.INFO,
                step,
                lost,
                Verdict.UNDETERMINED,
                evidence,
                "Up to step %,d %s.".formatted(step, what),
                "Training never waits for its telemetry, so what cannot be kept is dropped; judgements of these steps rest"
                        + " on less.",
                "Give the spool more room, or watch less often: `observatory probes` lists what each probe costs.");
    }
}
