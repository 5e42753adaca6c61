package observatory.cli.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import observatory.analysis.Incident;
import observatory.analysis.Verdict;
import observatory.analysis.replay.Comparison;
import observatory.analysis.replay.Departures;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.Signals;
import observatory.analysis.replay.Symptom;
import observatory.analysis.replay.Weighing;
import observatory.analysis.replay.Weighing.Factor;
import observatory.probe.Frame;
import observatory.probe.Site;
import observatory.trainer.Precision;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.replay.Cancelled;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Trial;

/**
 * The experiment on one incident. First the run is run again: where it does not come out with the same bits, the
 * machine did it. Else one thing at a time is varied in the steps of the incident; where nothing explains it, the steps
 * that are varied are made to begin earlier, one checkpoint after the other.
 */
final class Experiment {
    /** How much is done. */
    record Depth(int repeats, int levels, boolean extras, boolean ranking, int forward, boolean text) {}

    /** Steps before the first finding that are varied too: what is seen at once has begun at once. */
    private static final int AT_ONCE = 2;

    private static final int SLOW = 8;
    private static final int LONGEST = 16;
    private static final double WORTH = 0.25;
    private static final String COMPARISON = "the comparison bit for bit";

    private final Subject subject;
    private final Lab lab;
    private final Depth depth;
    private final Draft draft;
    private final Repeats repeats;
    /** What is explained; found once, so that no other signal is explained instead where the steps begin earlier. */
    private Optional<Symptom> found = Optional.empty();

    private Optional<String> untried = Optional.empty();

    Experiment(Subject subject, Lab lab, Depth depth) {
        this.subject = subject;
        this.lab = lab;
        this.depth = depth;
        this.draft = new Draft(subject);
        this.repeats = new Repeats(lab, depth.repeats());
    }

    /** The result; where the lab was stopped, as far as it had come. */
    ReplayResult run() throws IOException {
        try {
            examine();
            draft.complete = true;
        } catch (Cancelled e) {
            draft.notRun("the rest", "interrupted; the same command goes on where it stopped");
        }
        return draft.result(subject, lab, subject.ring().bytes());
    }

    private void examine() throws IOException {
        long last = Math.max(subject.first() + 2, Math.min(subject.peak(), subject.first() + LONGEST));
        long first = begins();
        Ground ground = null;
        for (int level = 0; level < depth.levels(); level++) {
            Ground next = Ground.of(subject, lab, first, last);
            draft.steps = new ReplayResult.Steps(next.start().step(), first, last);
            if (level == 0 && !reproduced(next)) {
                return;
            }
            ground = next;
            Optional<Symptom> symptom = symptom(ground);
            if (symptom.isPresent()) {
                draft.symptom(symptom.get());
                draft.notRun.removeIf(one -> !one.what().equals(COMPARISON));
                Factors factors = new Factors(ground, subject, turn(ground));
                if (vary(ground, symptom.get(), factors)) {
                    rest(ground, symptom.get(), factors);
                    return;
                }
            }
            if (ground.start().step() <= subject.resumedAfter() || lab.late()) {
                break;
            }
            first = ground.start().step() + 1;
        }
        unexplained(ground);
    }

    /** Empty where it has not departed from how it was before these steps. */
    private Optional<Symptom> symptom(Ground ground) {
        List<Frame> before = ground.earlier(subject.recorded());
        List<Frame> during = ground.during().frames();
        if (found.isEmpty()) {
            found = Symptom.of(
                    subject.kind(),
                    before,
                    during.stream().filter(frame -> frame.step() >= begins()).toList());
        }
        return found.map(one -> one.against(before, counted(ground))).filter(one -> one.present(one.of(during)));
    }

    /** What is explained is seen from here on, however much earlier the steps begin that are varied. */
    private long begins() {
        long before = subject.first() - (atOnce() ? AT_ONCE : SLOW);
        // One step after a resumption says what the settings are, and is not varied.
        long earliest = subject.resumedAfter() == 0 ? 1 : Math.min(subject.first(), subject.resumedAfter() + 2);
        return Math.max(earliest, before);
    }

    /** Steps at the end of those that are varied in which the symptom is looked for. */
    private long counted(Ground ground) {
        return ground.last() - begins() + 1;
    }

    /** A change of settings before these steps; where it cannot be run without, that is told and data is not blamed. */
    private Optional<Turn> turn(Ground ground) throws IOException {
        untried = Optional.empty();
        try {
            return Turn.of(subject, lab, ground);
        } catch (CheckpointException e) {
            untried = Optional.of("the settings were changed before these steps, and " + e.getMessage());
            draft.notRun("rate and optimiser constants as before that change", untried.get());
            return Optional.empty();
        }
    }

    private boolean atOnce() {
        return subject.kind()
                .map(kind -> switch (kind) {
                    case NON_FINITE, OVERFLOW, BAD_BATCH, LOSS_SPIKE, DATA_OUTLIER, GRADIENT_SPIKE -> true;
                    default -> false;
                })
                .orElse(true);
    }

    private boolean reproduced(Ground ground) throws IOException {
        Comparison compared = Comparison.of(subject.recorded(), ground.frames());
        Optional<Long> change = subject.changed().stream()
                .filter(step -> step >= ground.start().step() && step < ground.last())
                .findFirst();
        if (compared.first().isPresent() && change.isPresent()) {
            draft.because = "An operator changed the run after " + Incident.step(change.get())
                    + ", which no program does again; begin after it with --from, where there is a later checkpoint, or"
                    + " take another incident.";
            return false;
        }
        if (compared.first().isPresent()) {
            new Accident(subject, lab, draft, ground).examine(compared);
            return false;
        }
        draft.reproduction = new ReplayResult.Reproduction(
                true, compared.steps(), compared.values(), "", weights(ground), "same", "same");
        if (compared.steps() == 0) {
            draft.notRun(
                    COMPARISON,
                    "nothing was recorded of " + Incident.steps(ground.start().step() + 1, ground.last()));
        }
        return true;
    }

    /** Whether the re-run comes to the weights of a checkpoint that was written meanwhile. */
    private String weights(Ground ground) throws IOException {
        var between = subject.ring().all().subMap(ground.start().step() + 1, ground.last() + 1);
        if (between.isEmpty()) {
            return "not compared: no checkpoint in "
                    + Incident.steps(ground.start().step() + 1, ground.last());
        }
        long at = between.lastKey();
        Snapshot found = lab.stand().open(Checkpoint.open(between.get(at))).getFirst();
        List<Snapshot> from =
                at >= ground.first() ? ground.before() : ground.start().ranks();
        Snapshot own = from.getFirst().trainer().step() == at
                ? from.getFirst()
                : lab.run("the weights of a later checkpoint", Trial.asRun(from, at, List.of()))
                        .end()
                        .getFirst();
        return found.sameBits(own) ? "same at " + Incident.step(at) : "differ at " + Incident.step(at);
    }

    /** Varies one thing at a time; whether that explains the incident. */
    private boolean vary(Ground ground, Symptom symptom, Factors factors) {
        List<Factors.Varied> all = factors.all(draft);
        Map<String, Measured> glance =
                lab.measure("a first look at each factor", glance(ground, symptom, factors, all));
        Measured asItWas = glance.get(Repeats.key(ground, "as it was", 0));
        boolean worth = asItWas == null
                || all.stream()
                        .map(one -> glance.get(Repeats.key(ground, one.name(), 0)))
                        .anyMatch(one -> one == null || 1 - one.symptom() / asItWas.symptom() > WORTH);
        if (!worth) {
            draft.decide(Weighing.of(
                    new double[] {asItWas.symptom()},
                    all.stream()
                            .map(one -> new Weighing.Varied(one.factor(), one.name(), new double[] {
                                glance.get(Repeats.key(ground, one.name(), 0)).symptom()
                            }))
                            .toList(),
                    Weighing.Earlier.NOT_RUN));
            return false;
        }
        draft.outcomes.clear();
        draft.curves.clear();
        List<Measured> asRun = repeats.of(ground, symptom, "as it was", factors::asRun);
        if (asRun.size() < 2) {
            draft.notRun("the factors", "the time was up; give more with --budget");
            return false;
        }
        double[] strengths = Draft.strengths(asRun);
        draft.outcome("baseline", "as it was, in other orders of the batch", asRun, new double[0]);
        draft.curve("as it was", asRun.getFirst());
        List<Weighing.Varied> varied = new ArrayList<>();
        for (Factors.Varied one : all) {
            List<Measured> these = repeats.of(ground, symptom, one.name(), one.repeat());
            if (these.size() < depth.repeats()) {
                draft.notRun(
                        one.name(),
                        these.size() + " of " + depth.repeats()
                                + " repeats were done when the time was up; give more with --budget");
            }
            if (!these.isEmpty()) {
                draft.outcome(one.factor().group(), one.name(), these, strengths);
                draft.curve(one.name(), these.getFirst());
                varied.add(new Weighing.Varied(one.factor(), one.name(), Draft.strengths(these)));
            }
        }
        Weighing.Earlier earlier = earlier(ground, symptom, factors, strengths);
        Weighing.Decision decision = Weighing.of(strengths, varied, earlier);
        draft.decide(doubted(decision));
        return decision.factor().isPresent();
    }

    private Weighing.Decision doubted(Weighing.Decision decision) {
        if (untried.isPresent() && decision.verdict() == Verdict.DATA_DRIVEN) {
            return decision.undetermined(" But " + untried.get());
        }
        return subject.kind().isEmpty() && decision.factor().equals(Optional.of(Factor.RATE))
                ? decision.undetermined(
                        " But no incident was found at this step, and a lower rate slows whatever training"
                                + " moves, also what is as it should be.")
                : decision;
    }

    /** The other half of batch × state: the same batches, and others, at the state of the checkpoint. */
    private Weighing.Earlier earlier(Ground ground, Symptom symptom, Factors factors, double[] strengths) {
        List<Measured> same =
                repeats.of(ground, symptom, "earlier state, same batches", repeat -> factors.earlier(false, repeat));
        List<Measured> other =
                repeats.of(ground, symptom, "earlier state, other batches", repeat -> factors.earlier(true, repeat));
        String of = "the state after " + Incident.step(ground.start().step());
        if (!same.isEmpty()) {
            draft.outcome("state", of + ", same batches", same, strengths);
        }
        if (!other.isEmpty()) {
            draft.outcome("state", of + ", other batches", other, strengths);
        }
        return new Weighing.Earlier(Weighing.mean(Draft.strengths(same)), Weighing.mean(Draft.strengths(other)));
    }

    private List<Lab.Job> glance(Ground ground, Symptom symptom, Factors factors, List<Factors.Varied> all) {
        List<Lab.Job> jobs = new ArrayList<>();
        jobs.add(Repeats.job(ground, symptom, "as it was", 0, factors.asRun(0)));
        all.forEach(one -> jobs.add(
                Repeats.job(ground, symptom, one.name(), 0, one.repeat().apply(0))));
        return jobs;
    }

    /** What is worth knowing once the cause is found. */
    private void rest(Ground ground, Symptom symptom, Factors factors) {
        draft.departures = Departures.of(ground.lead().frames(), ground.during().frames());
        if (depth.extras() && !draft.outcomes.isEmpty()) {
            List<Factors.Varied> others = new ArrayList<>(factors.others());
            others.addAll(operations(ground, factors));
            double[] asRun = {draft.outcomes.getFirst().symptom()};
            for (Factors.Varied one : others) {
                Measured measured = lab.measure(
                                one.name(),
                                List.of(Repeats.job(
                                        ground,
                                        symptom,
                                        one.name(),
                                        0,
                                        one.repeat().apply(0))))
                        .get(Repeats.key(ground, one.name(), 0));
                if (measured == null) {
                    draft.notRun(one.name(), "the time was up; give more with --budget");
                } else {
                    draft.outcome(one.factor().group(), one.name(), List.of(measured), asRun);
                }
            }
        }
        if (depth.ranking()) {
            ranking(ground, symptom);
        }
        if (depth.forward() > 0) {
            new Forward(subject, lab, draft, ground, symptom.inAll(), depth.forward()).tryOut(factors);
        }
    }

    /** In a narrow format, the operation that is first not finite alone in fp32. */
    private List<Factors.Varied> operations(Ground ground, Factors factors) {
        if (ground.told().precision() == Precision.FP32) {
            return List.of();
        }
        Optional<Site> bad = ground.during().frames().stream()
                .flatMap(frame -> Signals.firstBad(frame).stream())
                .filter(site -> site.hook().forward())
                .findFirst();
        return bad.map(site -> List.of(new Factors.Varied(
                        Factor.PRECISION,
                        site.label() + " alone in fp32",
                        repeat -> factors.asRun(repeat).wide(Set.of(site)))))
                .orElse(List.of());
    }

    /** Nothing in the steps explains it: the state they left behind may, or an operation that is wrong in itself. */
    private void unexplained(Ground ground) throws IOException {
        if (found.isEmpty()) {
            draft.because = "Run again, nothing departs from how it was before in "
                    + Incident.steps(draft.steps.first(), draft.steps.last())
                    + ": there is nothing to explain, or probes that would show it are not there.";
            if (subject.kind().isEmpty() && depth.ranking()) {
                List<Frame> before = ground.earlier(subject.recorded());
                ranking(ground, Symptom.loss(before).against(before, counted(ground)));
            }
            return;
        }
        if (lab.late()) {
            draft.because = "The time was up before anything that was varied explained it; give more with --budget.";
            return;
        }
        Symptom symptom = found.get().against(ground.earlier(subject.recorded()), counted(ground));
        Factors factors = new Factors(ground, subject, turn(ground));
        new Aftermath(subject, draft, repeats, ground, symptom, factors).examine();
        rest(ground, symptom, factors);
    }

    private void ranking(Ground ground, Symptom symptom) {
        new Ranking(subject, lab, draft, ground, symptom, depth.text()).rank();
    }
}
