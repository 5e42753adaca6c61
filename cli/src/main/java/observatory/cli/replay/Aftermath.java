package observatory.cli.replay;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import observatory.analysis.Incident;
import observatory.analysis.Verdict;
import observatory.analysis.replay.Signals;
import observatory.analysis.replay.Symptom;
import observatory.analysis.replay.Weighing;
import observatory.analysis.replay.Weighing.Factor;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Swaps;
import observatory.trainer.replay.Trial;

/**
 * What is left where nothing in the steps of an incident explains it: the state that they left behind, or an operation
 * that is wrong in itself.
 */
final class Aftermath {
    private static final int TAIL = 3;
    /** Each is on other batches, so they differ by more than rounding, and are few steps long. */
    private static final int STATE_REPEATS = 9;

    private final Subject subject;
    private final Draft draft;
    private final Repeats repeats;
    private final Ground ground;
    private final Symptom symptom;
    private final Factors factors;

    Aftermath(Subject subject, Draft draft, Repeats repeats, Ground ground, Symptom symptom, Factors factors) {
        this.subject = subject;
        this.draft = draft;
        this.repeats = repeats;
        this.ground = ground;
        this.symptom = symptom;
        this.factors = factors;
    }

    void examine() {
        state();
        if (draft.verdict == Verdict.UNDETERMINED) {
            arithmetic();
        }
    }

    /**
     * Goes on after the incident with other batches and the settings as before: from the state it left,
     * and from that before.
     */
    private void state() {
        long from = ground.last() + 1;
        long to = ground.last() + TAIL;
        List<Snapshot> left = ground.during().end();
        List<Snapshot> before = IntStream.range(0, left.size())
                .mapToObj(rank -> ground.before().get(rank).at(left.get(rank).trainer()))
                .toList();
        IntFunction<Trial> after = repeat -> Trial.asRun(left, to, List.of())
                .batches(Swaps.control(subject.recipe(), from, to, repeat))
                .settings(factors::held);
        List<Measured> carried =
                repeats.of(ground, symptom, "the steps after, from the state it left", STATE_REPEATS, after);
        List<Measured> put = repeats.of(
                ground,
                symptom,
                "the steps after, from the state before",
                STATE_REPEATS,
                repeat -> after.apply(repeat).from(before));
        if (carried.size() < 2 || put.size() < 2) {
            draft.notRun("the state put back", "the time was up; give more with --budget");
            return;
        }
        double[] strengths = Draft.strengths(carried);
        if (draft.outcomes.isEmpty()) {
            draft.outcome(
                    "baseline", "as it was", repeats.of(ground, symptom, "as it was", factors::asRun), new double[0]);
        }
        draft.outcome("state", "the steps after, from the state it left", carried, new double[0]);
        draft.outcome("state", "the steps after, from the state before", put, strengths);
        if (symptom.present(Weighing.mean(strengths))) {
            Weighing.Decision decision = Weighing.of(
                    strengths,
                    List.of(new Weighing.Varied(Factor.STATE, "the state before the incident", Draft.strengths(put))),
                    Weighing.Earlier.NOT_RUN);
            double error = decision.errorProbability()
                    * (1 + factors.all(new Draft(subject)).size());
            if (decision.verdict() != Verdict.UNDETERMINED && error < Weighing.LEVEL) {
                draft.decide(new Weighing.Decision(
                        decision.verdict(),
                        error,
                        decision.because()
                                + " It comes again with the same bits, whatever the batch, the settings and the"
                                + " format: the weights carry it.",
                        decision.factor()));
            }
        }
    }

    /** An operation that makes what is not finite out of what is, whatever is fed to it. */
    private void arithmetic() {
        Optional<Frame> bad = ground.during().frames().stream()
                .filter(frame -> Signals.firstBad(frame).isPresent())
                .findFirst();
        Optional<Site> site = bad.flatMap(Signals::firstBad);
        if (site.isEmpty() || !site.get().hook().forward() || site.get().hook() == Hook.EMBEDDING) {
            return;
        }
        List<Measured> others = repeats.of(ground, symptom, "other batches", factors::control);
        String label = site.get().label();
        long same = others.stream().filter(one -> one.firstBad().equals(label)).count();
        draft.outcomes.removeIf(one -> one.name().equals("other batches"));
        List<Measured> asRun = repeats.of(ground, symptom, "as it was", factors::asRun);
        draft.outcome("data", "other batches", others, Draft.strengths(asRun));
        if (!others.isEmpty() && same == others.size()) {
            draft.verdict = Verdict.NUMERICAL;
            draft.errorProbability = Math.pow(0.5, others.size());
            draft.because =
                    "The operation that writes " + label + " makes it: its inputs are finite, and what it writes is"
                            + " not, at " + Incident.step(bad.get().step()) + " with each of " + others.size()
                            + " other batches, with the settings and in the format as they were and otherwise; a cause in the batch"
                            + " would spare at least every second one.";
        }
    }
}
