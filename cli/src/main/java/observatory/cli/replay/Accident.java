package observatory.cli.replay;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import observatory.analysis.Incident;
import observatory.analysis.Verdict;
import observatory.analysis.replay.Comparison;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.Signals;
import observatory.analysis.replay.Symptom;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.replay.Course;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Trial;

/**
 * A run that does not come out again as it was recorded: the program did not do it. Weights, batch and arithmetic are
 * looked at separately, and a flipped bit is looked for in a later checkpoint and put back.
 */
final class Accident {
    /** Repeats of the step, so that the recorded one is the odd one out of forty: an error probability of 1/40. */
    private static final int REPEATS = 39;
    /** Steps of the trials with and without a bit put back. */
    private static final int AFTER = 4;
    /** A later checkpoint farther away than this tells nothing any more. */
    private static final int FAR = 256;

    private final Subject subject;
    private final Lab lab;
    private final Draft draft;
    private final Ground ground;

    Accident(Subject subject, Lab lab, Draft draft, Ground ground) {
        this.subject = subject;
        this.lab = lab;
        this.draft = draft;
        this.ground = ground;
    }

    /** A weight whose exponent has one bit other than it should have. */
    private record Flip(Entry entry, long index, float found, float own, int differing) {}

    void examine(Comparison compared) throws IOException {
        Comparison.Difference at = compared.first().orElseThrow();
        String words = String.format(
                Locale.ROOT,
                "step %,d%s, %s: recorded %s, again %s",
                at.step(),
                lab.stand().ranks() > 1 ? " of rank " + at.rank() : "",
                at.what(),
                at.recorded(),
                at.again());
        boolean fromTheStart = compared.steps() <= lab.stand().ranks();
        List<Snapshot> before = fromTheStart || at.step() - 1 <= ground.start().step()
                ? ground.start().ranks()
                : lab.run(
                                "the steps to the difference",
                                Trial.asRun(ground.start().ranks(), at.step() - 1, List.of()))
                        .end();
        Trial step = Trial.asRun(before, at.step(), List.of());
        List<Course> repeats = lab.runAll("the same step again and again", Collections.nCopies(REPEATS, step));
        boolean agree = repeats.stream().allMatch(one -> agrees(one, repeats.getFirst()));
        draft.reproduction = new ReplayResult.Reproduction(
                false,
                compared.steps(),
                compared.values(),
                words,
                "not compared",
                at.batchSame() ? "same" : "differ",
                repeats.size() + " repeats " + (agree ? "agree" : "disagree"));
        if (fromTheStart) {
            draft.because = "The run cannot be reproduced from its first compared step on (" + words
                    + "), so this machine computes otherwise: another core type, or another library below it."
                    + " Replay where the run was trained, or with OPENBLAS_CORETYPE set as it was there.";
            draft.notRun("everything else", "nothing can be told from a run that does not come out the same");
            return;
        }
        if (!at.batchSame()) {
            draft.verdict = Verdict.UNDETERMINED;
            draft.because = "At " + Incident.step(at.step())
                    + " the run was trained on other tokens than its data give again (" + words
                    + "): the loader, or the files as they were then, are to blame, and cannot be replayed.";
            return;
        }
        draft.verdict = Verdict.HARDWARE;
        draft.errorProbability = 1.0 / (repeats.size() + 1);
        draft.because = String.format(
                Locale.ROOT,
                "The program does not do it again. Up to step %,d the run comes out with the same bits; then %s. From the same"
                        + " weights and the same batch, %d repeats of that step %s: the recorded one is the only one of %d that"
                        + " differs.",
                at.step() - 1,
                words,
                repeats.size(),
                agree ? "agree with one another" : "do not even agree with one another, on this machine",
                repeats.size() + 1);
        compare();
        putBack(at.step());
        for (String what : List.of("other batches", "an earlier state", "the number format", "the optimiser")) {
            draft.notRun(what, "run again, the incident does not come: there is nothing that they could remove");
        }
    }

    private static boolean agrees(Course one, Course other) {
        for (int rank = 0; rank < one.end().size(); rank++) {
            if (!one.end().get(rank).sameBits(other.end().get(rank))) {
                return false;
            }
        }
        return Double.compare(
                        one.steps().getLast().loss(), other.steps().getLast().loss())
                == 0;
    }

    /** The recorded steps beside those run again. */
    private void compare() {
        List<Frame> earlier = ground.earlier(subject.recorded());
        List<Frame> then = subject.recorded().stream()
                .filter(frame -> frame.step() >= ground.first() && frame.step() <= ground.last())
                .toList();
        Optional<Symptom> symptom = Symptom.of(subject.kind(), earlier, then);
        if (symptom.isEmpty()) {
            return;
        }
        draft.symptom(symptom.get());
        double recorded = symptom.get().of(then);
        double again = symptom.get().of(ground.during().frames());
        draft.outcomes.add(new ReplayResult.Outcome(
                "baseline", "as recorded", 1, recorded, 0, 0, 0, 1, loss(then), firstBad(then)));
        draft.outcomes.add(new ReplayResult.Outcome(
                "hardware",
                "run again",
                1,
                again,
                0,
                recorded > 0 ? 1 - again / recorded : 0,
                0,
                1,
                loss(ground.during().frames()),
                firstBad(ground.during().frames())));
        draft.curves.add(curve(
                "as recorded",
                subject.recorded().stream()
                        .filter(frame -> frame.step() > ground.start().step() && frame.step() <= ground.last())
                        .toList()));
        draft.curves.add(curve("run again", ground.frames()));
    }

    private static ReplayResult.Curve curve(String name, List<Frame> frames) {
        List<Frame> first =
                frames.stream().filter(frame -> frame.origin().rank() == 0).toList();
        return new ReplayResult.Curve(
                name,
                first.stream().mapToLong(Frame::step).toArray(),
                first.stream().mapToDouble(Accident::loss).toArray());
    }

    private static double loss(List<Frame> frames) {
        return frames.isEmpty() ? Double.NaN : loss(frames.getLast());
    }

    private static double loss(Frame frame) {
        return frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
    }

    private static String firstBad(List<Frame> frames) {
        return frames.stream()
                .flatMap(frame -> Signals.firstBad(frame).stream())
                .findFirst()
                .map(site -> site.label())
                .orElse("");
    }

    /**
     * The ranks whose own loss of a step is not that of the re-run; what is wrong with one reaches the others only
     * after the step's forward pass, through the gradient. All where none differs in its loss.
     */
    private List<Integer> struck(long step) {
        Map<Integer, Double> recorded = losses(subject.recorded(), step);
        Map<Integer, Double> again = losses(ground.frames(), step);
        List<Integer> differ = recorded.keySet().stream()
                .filter(rank -> again.containsKey(rank) && Double.compare(recorded.get(rank), again.get(rank)) != 0)
                .sorted()
                .toList();
        return differ.isEmpty()
                ? IntStream.range(0, lab.stand().ranks()).boxed().toList()
                : differ;
    }

    private static Map<Integer, Double> losses(List<Frame> frames, long step) {
        return frames.stream()
                .filter(frame -> frame.step() == step)
                .collect(Collectors.toMap(frame -> frame.origin().rank(), Accident::loss, (first, second) -> second));
    }

    private void putBack(long step) throws IOException {
        List<Integer> struck = struck(step);
        if (!struck.contains(0)) {
            draft.notRun(
                    "the flipped bit put back",
                    "rank " + struck.getFirst() + " came to another loss in " + Incident.step(step)
                            + ", and a checkpoint holds the weights of rank 0 alone");
            return;
        }
        SortedMap<Long, Path> later = subject.ring().all().tailMap(step);
        if (later.isEmpty() || later.firstKey() > step + FAR) {
            draft.notRun(
                    "the flipped bit put back",
                    "there is no checkpoint after " + Incident.step(step) + " in "
                            + subject.ring().folder() + " that would show which weight it was");
            return;
        }
        long at = later.firstKey();
        List<Snapshot> ranks = lab.stand().open(Checkpoint.open(later.get(at)));
        Snapshot found = ranks.getFirst();
        Snapshot own = lab.run(
                        "the steps to the next checkpoint",
                        Trial.asRun(ground.start().ranks(), at, List.of()))
                .end()
                .getFirst();
        draft.reproduction =
                weights(draft.reproduction, found.sameBits(own) ? "same" : "differ at " + Incident.step(at));
        Optional<Flip> flip = flip(found, own);
        if (flip.isEmpty()) {
            draft.notRun(
                    "the flipped bit put back",
                    "no single weight of the checkpoint of " + Incident.step(at)
                            + " differs from the re-run by one bit of its exponent");
            return;
        }
        Flip one = flip.get();
        int bit = 31
                - Integer.numberOfLeadingZeros(
                        (Float.floatToRawIntBits(one.found()) ^ Float.floatToRawIntBits(one.own())) & 0x7f800000);
        String where = one.entry().name() + "[" + one.index() + "]";
        draft.because += String.format(
                Locale.ROOT,
                " In the checkpoint of step %,d bit %d of %s is flipped: %s where the re-run has %s%s.",
                at,
                bit,
                where,
                one.found(),
                one.own(),
                one.differing() == 1 ? "; no other weight differs" : "");
        Course broken = lab.run("as the checkpoint has it", trial(ranks, at));
        Snapshot mended = found.with(one.entry(), one.index(), one.own());
        Course healed = lab.run("the bit put back", trial(Collections.nCopies(ranks.size(), mended), at));
        row("as the checkpoint of " + Incident.step(at) + " has it", broken);
        row("bit " + bit + " of " + where + " put back", healed);
    }

    /** Every rank takes up what the checkpoint holds, as when a run is resumed. */
    private Trial trial(List<Snapshot> from, long at) {
        return Trial.asRun(from, at + AFTER, Questions.of(subject.kind()));
    }

    private void row(String name, Course course) {
        long skipped = course.steps().stream().filter(one -> one.skipped()).count();
        List<Frame> earlier = ground.earlier(subject.recorded());
        double strength = Symptom.of(subject.kind(), earlier, course.frames())
                .map(symptom -> symptom.of(course.frames()))
                .orElse(0.0);
        draft.outcomes.add(new ReplayResult.Outcome(
                "hardware",
                name + (skipped > 0 ? ", " + skipped + " of " + course.steps().size() + " updates left out" : ""),
                1,
                strength,
                0,
                draft.outcomes.isEmpty() || draft.outcomes.getFirst().symptom() <= 0
                        ? 0
                        : 1 - strength / draft.outcomes.getFirst().symptom(),
                0,
                1,
                course.steps().getLast().loss(),
                firstBad(course.frames())));
    }

    private static ReplayResult.Reproduction weights(ReplayResult.Reproduction one, String weights) {
        return new ReplayResult.Reproduction(
                one.same(), one.steps(), one.values(), one.difference(), weights, one.batch(), one.arithmetic());
    }

    /**
     * The weight that differs by one bit of the exponent, of those the one that differs most; none where there is none.
     */
    private static Optional<Flip> flip(Snapshot found, Snapshot own) {
        List<Flip> flips = new ArrayList<>();
        int differing = 0;
        for (Map.Entry<Entry, MemorySegment> each : found.tensors().entrySet()) {
            if (each.getKey().part() != Part.WEIGHT) {
                continue;
            }
            MemorySegment theirs = each.getValue();
            MemorySegment ours = own.tensors().get(each.getKey());
            long count = theirs.byteSize() / Float.BYTES;
            for (long i = 0; i < count; i++) {
                float a = theirs.get(ValueLayout.JAVA_FLOAT, i * Float.BYTES);
                float b = ours.get(ValueLayout.JAVA_FLOAT, i * Float.BYTES);
                int bits = Float.floatToRawIntBits(a) ^ Float.floatToRawIntBits(b);
                differing += bits != 0 ? 1 : 0;
                // An update moves a weight by less than its own size: only a fault changes it by 16 powers of two.
                if (Integer.bitCount(bits & 0x7f800000) == 1 && (bits & 0x7f800000) >= 1 << 27) {
                    flips.add(new Flip(each.getKey(), i, a, b, 0));
                }
            }
        }
        int all = differing;
        return flips.stream()
                .max(Comparator.comparingDouble(one -> Math.abs(Math.log(Math.abs(one.found() / one.own())))))
                .map(one -> new Flip(one.entry(), one.index(), one.found(), one.own(), all));
    }
}
