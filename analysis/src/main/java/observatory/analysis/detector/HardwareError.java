package observatory.analysis.detector;

import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.RunEvent;

/** The trainer reports an error of a device: a witness for whatever goes wrong in the steps after it. */
public final class HardwareError implements Detector<HardwareError.State> {
    /** How many there have been. */
    public record State(long errors) {}

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
        return Judgement.quiet(state);
    }

    @Override
    public Judgement<State> hear(State state, RunEvent event) {
        if (event.kind() != RunEvent.Kind.HARDWARE_ERROR) {
            return Judgement.quiet(state);
        }
        State next = new State(state.errors + 1);
        Evidence evidence = Evidence.none().with("errors", next.errors);
        for (var detail : event.details().entrySet()) {
            evidence = evidence.with(detail.getKey(), detail.getValue());
        }
        return Judgement.of(
                next,
                new Finding(
                        "HardwareError",
                        Kind.RANK_DISAGREEMENT,
                        Severity.WARNING,
                        event.step(),
                        next.errors,
                        Verdict.HARDWARE,
                        evidence.with("rank", (long) event.origin().rank()),
                        "At step %,d rank %d reported a device error %s."
                                .formatted(event.step(), event.origin().rank(), event.details()),
                        "A device that reports errors may also compute wrongly without a report; what it has written into"
                                + " the weights stays.",
                        "Run the step again on another device and compare; take this one out of the job."));
    }
}
