package observatory.analysis.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.stream.wire.Manifest;

/**
 * The run began again: what changed in its configuration, how many steps are done twice, and whether the loss goes on
 * where it was. Weights that were initialised anew while the steps count on are found by their first values.
 */
public final class Restart implements Detector<Restart.State> {
    static final Setting CONTINUOUS = new Setting(
            "restart.continuous",
            4,
            Setting.from(1, 50),
            "deviations",
            "a restored state gives the same loss up to the noise of batches; four deviations are not restored");
    static final List<Setting> SETTINGS = List.of(CONTINUOUS);

    /** Points after a restart whose median stands for the loss after it. */
    private static final int AFTER = 8;

    private static final int CHANGES = 12;
    /** Of the last step: a run that resumes much earlier resumes with the higher loss of that time. */
    private static final double NEAR = 0.8;

    /**
     * @param manifest of the newest start
     * @param changed what differs between the newest two manifests, in words
     * @param before levels by step before the restart, newest first, thinned
     * @param after losses since the restart; full once it has been judged
     * @param seconds of a step, a slow average
     */
    public record State(
            SortedMap<String, String> manifest,
            List<String> changed,
            Baseline loss,
            Window after,
            double level,
            double noise,
            Beginning beginning,
            int rank,
            int incarnation,
            long lastStep,
            long resumedAt,
            double seconds) {}

    private final Settings settings;

    public Restart(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return new State(
                new TreeMap<>(),
                List.of(),
                Baseline.start(),
                Window.of(AFTER),
                Double.NaN,
                0,
                Beginning.unknown(),
                Integer.MAX_VALUE,
                0,
                -1,
                -1,
                0);
    }

    @Override
    public Judgement<State> hear(State state, RunEvent event) {
        if (event.kind() != RunEvent.Kind.START) {
            return Judgement.quiet(state);
        }
        SortedMap<String, String> manifest = Manifest.of(event.details()).configuration();
        // Where a rank stands is no setting of the run, and each rank says its own.
        manifest.keySet().removeIf(name -> name.startsWith("coordinate_"));
        List<String> changed = new ArrayList<>();
        if (!state.manifest.isEmpty()) {
            TreeSet<String> names = new TreeSet<>(state.manifest.keySet());
            names.addAll(manifest.keySet());
            for (String name : names) {
                String was = state.manifest.getOrDefault(name, "(absent)");
                String is = manifest.getOrDefault(name, "(absent)");
                if (!was.equals(is) && changed.size() < CHANGES) {
                    changed.add(name + ": " + was + " -> " + is);
                }
            }
        }
        return Judgement.quiet(new State(
                manifest,
                changed,
                state.loss,
                state.after,
                state.level,
                state.noise,
                state.beginning,
                state.rank,
                state.incarnation,
                state.lastStep,
                state.resumedAt,
                state.seconds));
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        int rank = Math.min(state.rank, frame.origin().rank());
        if (frame.origin().rank() > rank) {
            return Judgement.quiet(state); // one rank speaks for the run
        }
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        double time = frame.scalars().find(Scalars.STEP_SECONDS).orElse(Double.NaN);
        double seconds = time > 0 ? state.seconds + (time - state.seconds) * 0.1 : state.seconds;
        boolean speaks =
                rank == state.rank; // a lower rank that is heard of first now takes over, and nothing went back
        boolean back = speaks
                && state.lastStep >= 0
                && (frame.step() <= state.lastStep || frame.origin().incarnation() > state.incarnation);
        boolean anew = state.loss.known() && state.beginning.again(frame, state.loss.level(), state.loss.cautious(0));
        boolean near = frame.step() >= NEAR * state.lastStep;
        double level = state.loss.known() && near ? state.loss.level() : Double.NaN;
        State now = new State(
                state.manifest,
                state.changed,
                back || anew ? Baseline.start() : state.loss,
                back ? Window.of(AFTER) : state.after,
                back ? level : state.level,
                back ? state.loss.cautious(0.004 * Math.abs(level)) : state.noise,
                state.beginning.with(frame),
                rank,
                frame.origin().incarnation(),
                frame.step(),
                back ? frame.step() : state.resumedAt,
                seconds);
        List<Finding> findings = new ArrayList<>();
        if (back) {
            findings.add(again(frame, state, seconds));
        } else if (anew) {
            findings.add(initialised(frame, loss, level));
        }
        if (Double.isFinite(loss)) {
            now = learned(now, loss, findings, frame);
        }
        return new Judgement<>(now, findings);
    }

    private State learned(State now, double loss, List<Finding> findings, Frame frame) {
        boolean watching = now.resumedAt >= 0 && now.after.size() < AFTER;
        Window after = watching ? now.after.with(loss) : now.after;
        if (watching && after.size() == AFTER && Double.isFinite(now.level)) {
            double away = (after.recentMedian(AFTER) - now.level) / now.noise;
            if (away > settings.get(CONTINUOUS)) {
                findings.add(discontinuous(frame, now, after.recentMedian(AFTER), away));
            }
        }
        return new State(
                now.manifest,
                now.changed,
                now.loss.learn(loss),
                after,
                now.level,
                now.noise,
                now.beginning,
                now.rank,
                now.incarnation,
                now.lastStep,
                now.resumedAt,
                now.seconds);
    }

    private static Finding again(Frame frame, State before, double seconds) {
        long lost = Math.max(0, before.lastStep - frame.step() + 1);
        String changes = before.changed.isEmpty() ? "nothing that was told" : String.join("; ", before.changed);
        Evidence evidence = Evidence.none()
                .with("lastStepBefore", before.lastStep)
                .with("stepsDoneTwice", lost)
                .with("changed", changes);
        return new Finding(
                "Restart",
                Kind.RESTART,
                Severity.INFO,
                frame.step(),
                lost,
                Verdict.UNDETERMINED,
                seconds > 0 ? evidence.with("secondsLost", lost * seconds) : evidence,
                "The run began again at step %,d after step %,d; changed in its configuration: %s."
                        .formatted(frame.step(), before.lastStep, changes),
                "Steps between the checkpoint and the end were paid for twice; baselines begin anew.",
                "If runs restart often, write checkpoints more often: the best distance is √(2 × cost of a checkpoint × time"
                        + " between failures) (Young 1974).");
    }

    private static Finding initialised(Frame frame, double loss, double level) {
        return new Finding(
                "Restart",
                Kind.RESTART,
                Severity.WARNING,
                frame.step(),
                loss - level,
                Verdict.UNDETERMINED,
                Evidence.none().with("loss", loss).with("level", level),
                "At step %,d loss, gradient or learning rate are back at the first values of the run (loss %s, before %s)."
                        .formatted(frame.step(), Numbers.of(loss), Numbers.of(level)),
                "A model that breaks does not return to its first values in more than one signal: these are fresh weights,"
                        + " while the steps count on.",
                "If another run was meant to begin here, give it a name of its own; if not, the checkpoint was not loaded.");
    }

    private static Finding discontinuous(Frame frame, State now, double after, double away) {
        String notRestored = "optimiser moments, tied weights or the data order were not restored";
        String changes = String.join("; ", now.changed);
        Evidence evidence = Evidence.none()
                .with("resumedAt", now.resumedAt)
                .with("lossBefore", now.level)
                .with("lossAfter", after)
                .with("deviations", away);
        return new Finding(
                "Restart",
                Kind.RESTART,
                Severity.WARNING,
                frame.step(),
                away,
                Verdict.UNDETERMINED,
                changes.isEmpty() ? evidence : evidence.with("changed", changes),
                "After the restart the loss up to step %,d is %s, before it was %s: %s deviations higher."
                        .formatted(frame.step(), Numbers.of(after), Numbers.of(now.level), Numbers.of(away)),
                changes.isEmpty()
                        ? "What was saved is not what was training, or what is trained on has changed: " + notRestored
                                + "."
                        : "Either what was changed with the restart does it (" + changes + "), or " + notRestored + ".",
                "Compare the first loss with that of the same step before: if it is the same, the state was restored, and what"
                        + " was changed is to blame; if not, check that optimiser state, step count and random state were loaded"
                        + " (Megatron ignores --no-load-optim in some paths).");
    }
}
