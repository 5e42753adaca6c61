package observatory;

import static observatory.analysis.Verdict.DATA_DRIVEN;
import static observatory.analysis.Verdict.HARDWARE;
import static observatory.analysis.Verdict.NUMERICAL;
import static observatory.analysis.Verdict.OPTIMISER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.ReplayText;
import observatory.cli.replay.Replaying;
import observatory.cli.replay.Subject;
import observatory.trainer.BatchEdit;
import observatory.trainer.Batching;
import observatory.trainer.Fault;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Checkpoints;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults made on purpose, each replayed: the experiment names the cause, or says that it cannot. */
class ReplayMatrixTest {
    private static final int AT = 300;
    private static final int STEPS = 365;

    private static final Map<Fault.Kind, Verdict> CAUSES = new EnumMap<>(Map.ofEntries(
            Map.entry(Fault.Kind.BAD_BATCH, DATA_DRIVEN),
            Map.entry(Fault.Kind.REPEATED_TOKEN, DATA_DRIVEN),
            Map.entry(Fault.Kind.SHUFFLED_BYTES, DATA_DRIVEN),
            Map.entry(Fault.Kind.FOREIGN_SOURCE, DATA_DRIVEN),
            Map.entry(Fault.Kind.DUPLICATE_DATA, DATA_DRIVEN),
            Map.entry(Fault.Kind.MIXTURE_SHIFT, DATA_DRIVEN),
            Map.entry(Fault.Kind.LR_SURGE, OPTIMISER),
            Map.entry(Fault.Kind.SLOW_DIVERGENCE, OPTIMISER),
            Map.entry(Fault.Kind.ADAM_EPSILON, OPTIMISER),
            Map.entry(Fault.Kind.ADAM_BETA2, OPTIMISER),
            Map.entry(Fault.Kind.DEAD_UNITS, OPTIMISER),
            Map.entry(Fault.Kind.ATTENTION_LOGITS, OPTIMISER),
            Map.entry(Fault.Kind.BIT_FLIP, HARDWARE),
            Map.entry(Fault.Kind.RANK_DIVERGENCE, HARDWARE),
            Map.entry(Fault.Kind.FP16_OVERFLOW, NUMERICAL),
            Map.entry(Fault.Kind.NAN, NUMERICAL),
            Map.entry(Fault.Kind.STUCK_LOSS_SCALE, NUMERICAL)));

    @TempDir
    Path folder;

    /** Those whose label {@code -Dreplay.only=a,b} names; all of them without it. */
    private static List<Fault.Kind> asked(Collection<Fault.Kind> kinds) {
        List<String> only = List.of(System.getProperty("replay.only", "").split(","));
        return kinds.stream()
                .filter(kind -> only.equals(List.of("")) || only.contains(kind.label()))
                .toList();
    }

    /** From {@code -Dreplay.seeds=4-6}; without it 1 to {@code last}. */
    private static long[] seeds(int last) {
        String[] range = System.getProperty("replay.seeds", "1-" + last).split("-");
        return LongStream.rangeClosed(Long.parseLong(range[0]), Long.parseLong(range[range.length - 1]))
                .toArray();
    }

    private ReplayResult replayed(Fault.Kind kind, long seed, int at, int steps) throws IOException {
        Precision precision = kind.needsHalf() ? Precision.FP16 : Precision.FP32;
        return replayed(kind, at, FaultRun.training(new Fault(kind, at), precision, seed, steps));
    }

    private ReplayResult replayed(Fault.Kind kind, int at, TrainingSpec training) throws IOException {
        Fault fault = new Fault(kind, at);
        long seed = training.seed();
        CheckpointRing ring = new CheckpointRing(folder.resolve(kind + "-" + seed), 40);
        Recipe recipe = new Recipe(FaultRun.MODEL, training, FaultRun.corpus(), fault);
        FaultRun.Trained trained = FaultRun.trained(recipe, new Checkpoints(ring, 25));
        Optional<Incident> incident = trained.incidents().stream()
                .filter(one -> one.severity() != Severity.INFO && one.firstStep() >= at - 1)
                .findFirst();
        return replay(trained, ring, incident, at);
    }

    private ReplayResult replay(FaultRun.Trained trained, CheckpointRing ring, Optional<Incident> incident, long at)
            throws IOException {
        long first = incident.map(Incident::firstStep).orElse(at);
        Recipe recipe = trained.recipe();
        Subject subject = new Subject(
                "matrix",
                incident.map(Incident::kind),
                first,
                first,
                incident.map(Incident::lastStep).orElse(at),
                incident.map(Incident::peakStep).orElse(at),
                trained.frames().stream() // a spike log has 64 steps before its incident
                        .filter(frame -> frame.step() >= first - 64)
                        .toList(),
                recipe.fault().kind().accident() ? recipe.with(Fault.NONE) : recipe,
                ring,
                Optional.empty(),
                0,
                List.of());
        return Replaying.run(
                subject,
                new Replaying.Manner(600, 1L << 30, 2, 6, true, true, 0, false, false),
                new Replaying.Watch(() -> false, (done, planned, doing) -> {}, System::nanoTime));
    }

    @Test
    @Tag("soak")
    void everyFaultIsReplayedToItsCause() throws IOException {
        int runs = 0;
        int right = 0;
        List<String> wrong = new ArrayList<>();
        for (Fault.Kind kind : asked(CAUSES.keySet())) {
            for (long seed : seeds(3)) {
                ReplayResult result = replayed(kind, seed, AT, STEPS);
                runs++;
                boolean as = result.verdict() == CAUSES.get(kind);
                right += as ? 1 : 0;
                String line = (as ? "right " : "WRONG ") + kind.label() + " seed " + seed + ": " + result.incident()
                        + " told as " + result.verdict().label() + ", p " + result.errorProbability() + ", "
                        + result.cost().trials() + " trials, " + result.cost().seconds() + " s: " + result.because();
                System.out.println(line);
                if (!as) {
                    wrong.add(line);
                    System.out.println(ReplayText.of(result));
                }
                if (kind == Fault.Kind.BIT_FLIP || kind == Fault.Kind.LR_SURGE) {
                    assertNotEquals(DATA_DRIVEN, result.verdict(), line);
                }
            }
        }
        System.out.printf("replayed to their cause: %d of %d%n", right, runs);
        assertTrue(right >= 0.95 * runs, right + " of " + runs + ": " + wrong);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.Kind.class,
            names = {"BAD_BATCH", "LR_SURGE", "BIT_FLIP", "FP16_OVERFLOW"})
    void oneFaultOfEachCauseIsReplayedToIt(Fault.Kind kind) throws IOException {
        ReplayResult result = replayed(kind, 1, 120, 150);
        assertEquals(CAUSES.get(kind), result.verdict(), () -> ReplayText.of(result));
        assertTrue(result.errorProbability() <= 0.05, () -> ReplayText.of(result));
        assertTrue(result.complete());
        assertEquals(kind != Fault.Kind.BIT_FLIP, result.reproduction().same(), () -> ReplayText.of(result));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFlippedBitIsFoundAndPutBack(int ranks) throws IOException {
        TrainingSpec training = FaultRun.training(Fault.NONE, Precision.FP32, 2, 150)
                .with(Batching.of(8).withRanks(ranks));
        ReplayResult result = replayed(Fault.Kind.BIT_FLIP, 120, training);
        assertEquals(HARDWARE, result.verdict(), () -> ReplayText.of(result));
        assertTrue(result.because().contains("bit 30 of layers.1.mlp.down["), () -> ReplayText.of(result));
        assertTrue(
                result.outcomes().stream().anyMatch(one -> one.name().contains("put back") && one.loss() < 6),
                () -> ReplayText.of(result));
    }

    @Test
    void theWeightsOfAnotherRankThanTheFirstAreNotLookedForInACheckpoint() throws IOException {
        ReplayResult result = replayed(Fault.Kind.RANK_DIVERGENCE, 2, 60, 80);
        assertEquals(HARDWARE, result.verdict(), () -> ReplayText.of(result));
        assertTrue(
                result.notRun().stream()
                        .anyMatch(one -> one.why().startsWith("rank 1 came to another loss in step 60")),
                () -> ReplayText.of(result));
    }

    /** Trains with one sequence of one step replaced, and replays that step. */
    private ReplayResult planted(TokenBatch.Place[] where, Fault.Kind kind, long seed, int sequences)
            throws IOException {
        TrainingSpec training = new TrainingSpec(150, sequences, 3e-3, 30, 1, Precision.FP32, seed);
        int at = 101;
        int row = (int) Long.remainderUnsigned(SplitMix.bits(seed, kind.ordinal()), sequences);
        Recipe healthy = new Recipe(FaultRun.MODEL, training.withSteps(105), FaultRun.corpus(), Fault.NONE);
        BatchEdit edit = (step, drawn) -> {
            if (step != at) {
                return drawn;
            }
            where[0] = drawn.places().get(row);
            TokenBatch bad = ((Pathology.InTokens) kind.pathology()).instead(drawn, FaultRun.MODEL, step);
            int[] inputs = drawn.inputs().clone();
            int[] targets = drawn.targets().clone();
            int context = drawn.context();
            System.arraycopy(bad.inputs(), row * context, inputs, row * context, context);
            System.arraycopy(bad.targets(), row * context, targets, row * context, context);
            return drawn.with(inputs, targets);
        };
        CheckpointRing ring = new CheckpointRing(folder.resolve(kind + "-planted-" + seed), 20);
        FaultRun.Trained trained = FaultRun.trained(healthy.with(edit), new Checkpoints(ring, 20));
        return replay(trained, ring, Optional.empty(), at);
    }

    @Test
    void aSinglePlantedSequenceIsNamedAmong64() throws IOException {
        TokenBatch.Place[] where = new TokenBatch.Place[1];
        ReplayResult result = planted(where, Fault.Kind.BAD_BATCH, 1, 64);
        assertEquals(where[0], place(result.samples().getFirst()), () -> ReplayText.of(result));
        assertTrue(result.samples().getFirst().named(), () -> ReplayText.of(result));
        assertEquals(64, result.samples().size());
    }

    @Test
    @Tag("soak")
    void singlePlantedSequencesAreNamedAmong256() throws IOException {
        int runs = 0;
        int right = 0;
        for (Fault.Kind kind :
                asked(List.of(Fault.Kind.BAD_BATCH, Fault.Kind.REPEATED_TOKEN, Fault.Kind.FOREIGN_SOURCE))) {
            for (long seed : seeds(7)) {
                TokenBatch.Place[] where = new TokenBatch.Place[1];
                ReplayResult result = planted(where, kind, seed, 256);
                ReplayResult.Culprit first =
                        result.samples().isEmpty() ? null : result.samples().getFirst();
                boolean found = first != null && first.named() && place(first).equals(where[0]);
                runs++;
                right += found ? 1 : 0;
                System.out.println(
                        (found ? "named " : "NOT named ") + kind.label() + " seed " + seed + ", planted " + where[0]
                                + ", first " + first + ", " + result.verdict().label() + " by " + result.symptom());
            }
        }
        System.out.printf("planted sequences named: %d of %d%n", right, runs);
        assertTrue(right >= 0.95 * runs, right + " of " + runs);
    }

    private static TokenBatch.Place place(ReplayResult.Culprit one) {
        return new TokenBatch.Place(one.source(), one.offset());
    }
}
