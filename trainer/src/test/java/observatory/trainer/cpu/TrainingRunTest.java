package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import observatory.probe.Frame;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Telemetry;
import observatory.probe.TrainerCommand;
import observatory.probe.builtin.GradientNoise;
import observatory.trainer.Batching;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.Validation;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Checkpoints;
import observatory.trainer.run.Rank;
import observatory.trainer.run.TrainingRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs: ranks that stay alike, and what an operator may do to them. */
class TrainingRunTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 32, 24, 256, Norm.LAYERNORM);
    private static final int STEPS = 20;

    private final List<Telemetry> sent = new ArrayList<>();
    private final List<CpuModel> models = new ArrayList<>();
    private final Workers workers = new Workers(1);
    private List<String> fingerprints = List.of();
    private final Deque<TrainerCommand> waiting = new ArrayDeque<>();
    private final List<Optional<String>> answers = new ArrayList<>();

    @TempDir
    private Path folder;

    private Path checkpoints;
    private int runs;

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void ranksStayAlikeAndAgreeWithOneRankOfTheSameBatch() throws IOException {
        List<Double> alone = losses(train(recipe(1, "none")));
        List<Double> first = losses(train(recipe(2, "none")));
        String fingerprint = fingerprints.getFirst();
        assertEquals(fingerprint, fingerprints.get(1), "rank 1 has the weights of rank 0");
        train(recipe(2, "none"));
        assertEquals(fingerprint, fingerprints.getFirst(), "whoever of them comes first");
        List<Double> second = losses(sent.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .filter(frame -> frame.origin().rank() == 1)
                .toList());
        for (int step = 0; step < STEPS; step++) {
            assertEquals(alone.get(step), (first.get(step) + second.get(step)) / 2, 1e-4, "loss of step " + (step + 1));
        }
    }

    @Test
    void severalRanksValidateInPartsOfABatch() throws IOException {
        Recipe plain = recipe(2, "none");
        Recipe validating = new Recipe(
                SPEC,
                plain.training().with(Batching.of(4).withRanks(2)).with(new Validation(0.05, 10, 5)),
                plain.corpus(),
                plain.fault());
        List<Frame> frames = train(validating);
        assertEquals(
                List.of(10L, 20L),
                frames.stream()
                        .filter(frame ->
                                frame.scalars().find(Scalars.VALIDATION_LOSS).orElse(Double.NaN) > 0)
                        .map(Frame::step)
                        .toList());
    }

    @Test
    void aRankThatDiffersIsSeenInItsWeights() throws IOException {
        train(recipe(2, "rank-divergence@15"));
        Map<Long, Long> different = sent.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .filter(frame -> frame.scalars().find(Scalars.WEIGHTS_CHECK).isPresent())
                .collect(Collectors.groupingBy(
                        Frame::step,
                        Collectors.collectingAndThen(
                                Collectors.mapping(
                                        frame -> frame.scalars().find(Scalars.WEIGHTS_CHECK), Collectors.toSet()),
                                set -> (long) set.size())));
        assertEquals(Map.of(10L, 1L, 20L, 2L), different);
    }

    @Test
    void smallerBatchesSayHowLargeTheirGradientsAre() throws IOException {
        for (int micro : new int[] {1, 2}) {
            double alone = microSquare(1, micro);
            assertEquals(alone, microSquare(2, micro), 1e-5 * alone, "the same passes, shared by two ranks");
        }
    }

    /** Of the first step of four sequences. */
    private double microSquare(int ranks, int micro) throws IOException {
        Recipe recipe = recipe(ranks, "none");
        Batching batching = Batching.of(4).withMicro(micro).withRanks(ranks);
        Scalars scalars = train(
                        new Recipe(recipe.model(), recipe.training().with(batching), recipe.corpus(), recipe.fault()))
                .getFirst()
                .scalars();
        double whole = Math.pow(scalars.find(Scalars.GRADIENT_NORM).orElseThrow(), 2);
        double part = scalars.find(Scalars.MICRO_GRADIENT_SQUARE).orElseThrow();
        assertEquals(micro, scalars.find(Scalars.MICRO_BATCH_SEQUENCES).orElseThrow());
        assertEquals(4, scalars.find(Scalars.BATCH_SEQUENCES).orElseThrow());
        assertTrue(part > whole / 2 && part < 4 * whole, "ranks " + ranks + ": " + part + " of " + whole);
        return part;
    }

    @Test
    void anOperatorChangesTheRateAndTheFormatAndEndsTheRun() throws IOException {
        try (TrainingRun run = run(recipe(2, "none"))) {
            double before = rate(run.step());
            waiting.add(new TrainerCommand.ChangeLearningRate(0.5));
            double after = rate(run.step());
            assertEquals(before, after, 1e-15, "half of the second step's rate, which is twice the first's");
            waiting.add(new TrainerCommand.ChangePrecision("bf16"));
            run.step();
            assertEquals(
                    Precision.BF16.largest(),
                    lastFrame().scalars().find(Scalars.FORWARD_LIMIT).orElseThrow());
            waiting.add(new TrainerCommand.ChangePrecision("fp7"));
            run.step();
            assertEquals(
                    "the trainer knows fp32, bf16 and fp16: precision=fp7",
                    answers.getLast().orElseThrow());
            // Taken one after the other: paused, a command is still obeyed, and the run ends without another step.
            waiting.addAll(List.of(new TrainerCommand.Pause(), new TrainerCommand.Stop()));
            assertTrue(run.step().isEmpty());
            assertTrue(run.over());
        }
    }

    @Test
    void anOperatorRewindsAndLeavesOutWhatFollowed() throws IOException {
        Recipe recipe = recipe(1, "none");
        List<Frame> planned = train(recipe);
        try (TrainingRun run = run(recipe)) {
            for (int step = 1; step <= 10; step++) {
                run.step();
            }
            waiting.add(new TrainerCommand.Rewind(3, 0));
            run.step();
            assertEquals(
                    "there is no checkpoint of step 3; there are those of steps [4, 8]",
                    answers.getLast().orElseThrow());
            waiting.add(new TrainerCommand.Rewind(16, 0));
            run.step();
            assertEquals(
                    "step 16 lies ahead: the run has done 11", answers.getLast().orElseThrow());
            waiting.add(new TrainerCommand.Rewind(4, 3));
            run.step();
            assertEquals(Optional.empty(), answers.getLast());
            Frame again = lastFrame();
            assertEquals(5, again.step());
            assertEquals(1, again.origin().incarnation(), "a step that goes back is another incarnation");
            assertEquals(
                    planned.get(7).batch().orElseThrow().sequences().getFirst().offset(),
                    again.batch().orElseThrow().sequences().getFirst().offset(),
                    "steps 5 to 7 are left out, so the batch is that of step 8");
            assertEquals(
                    RunEvent.Kind.START,
                    sent.stream()
                            .filter(RunEvent.class::isInstance)
                            .map(item -> ((RunEvent) item).kind())
                            .reduce((a, b) -> b)
                            .orElseThrow());
        }
        // Without skipping, a rewind changes nothing: the same bits as if it had not been.
        try (TrainingRun run = run(recipe)) {
            for (int step = 1; step <= 6; step++) {
                run.step();
            }
            waiting.add(new TrainerCommand.Rewind(4, 0));
            while (run.step().isPresent()) {}
            String rewound = models.getFirst().fingerprint();
            train(recipe);
            assertEquals(fingerprints.getFirst(), rewound);
        }
    }

    @Test
    void whoLeavesBadDataOutDoesNotMeetIt() throws IOException {
        Recipe recipe = recipe(1, "bad-batch@6");
        List<Frame> planned = train(recipe(1, "none"));
        try (TrainingRun run = run(recipe)) {
            for (int step = 1; step <= 6; step++) {
                run.step();
            }
            assertEquals(
                    planned.get(5).batch().orElseThrow().sequences().getFirst().offset(),
                    lastFrame().batch().orElseThrow().sequences().getFirst().offset(),
                    "a bad batch still names what should have been read");
            double bad = lastFrame().scalars().find(Scalars.BATCH_CHECK).orElseThrow();
            assertTrue(bad != planned.get(5).scalars().find(Scalars.BATCH_CHECK).orElseThrow());
            waiting.add(new TrainerCommand.Rewind(4, 5));
            for (int step = 5; step <= 8; step++) {
                run.step();
                assertEquals(
                        planned.get(step + 4)
                                .scalars()
                                .find(Scalars.BATCH_CHECK)
                                .orElseThrow(),
                        lastFrame().scalars().find(Scalars.BATCH_CHECK).orElseThrow(),
                        "step " + step + " trains on what step " + (step + 5) + " of a healthy run does");
            }
        }
    }

    @Test
    void aRunIsResumedAndRefusesAnotherModel() throws IOException {
        Recipe recipe = recipe(2, "none");
        train(recipe);
        String whole = fingerprints.getFirst();
        Checkpoint checkpoint = Checkpoint.open(checkpoints.resolve("step-00000016"));
        try (TrainingRun run = run(recipe)) {
            run.resume(checkpoint);
            while (run.step().isPresent()) {}
            assertEquals(whole, models.getFirst().fingerprint());
        }
        Recipe other = new Recipe(SPEC.withTied(true), recipe.training(), recipe.corpus(), Fault.NONE);
        try (TrainingRun run = run(other)) {
            String refusal = Assertions.assertThrows(CheckpointException.class, () -> run.resume(checkpoint))
                    .getMessage();
            assertTrue(refusal.contains(" is of another model: tied=false and here true; "), refusal);
            assertFalse(run.over());
        }
    }

    private static Recipe recipe(int ranks, String fault) {
        return new Recipe(
                SPEC,
                Small.training(STEPS, 4, Precision.FP32)
                        .with(Batching.of(4).withMicro(2).withRanks(ranks)),
                Small.corpus(),
                Fault.parse(fault));
    }

    /** Trains to the end; the frames of rank 0. */
    private List<Frame> train(Recipe recipe) throws IOException {
        try (TrainingRun run = run(recipe)) {
            while (run.step().isPresent()) {}
            // Taken before the end of the run, which frees the models.
            fingerprints = models.stream().map(CpuModel::fingerprint).toList();
        }
        return sent.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .filter(frame -> frame.origin().rank() == 0)
                .toList();
    }

    private TrainingRun run(Recipe recipe) {
        sent.clear();
        models.clear();
        checkpoints = folder.resolve("run-" + ++runs);
        int ranks = recipe.training().batching().ranks();
        Exchange exchange = new Exchange(ranks);
        List<Rank> all = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            Instruments<Tensor> instruments = new Instruments<>(
                    new Origin(new RunId("run"), 0, new UUID(0, 1), rank),
                    new CpuReducer(),
                    item -> {
                        synchronized (sent) {
                            return sent.add(item);
                        }
                    },
                    InstantSource.fixed(Instant.EPOCH),
                    System::nanoTime);
            instruments.install(List.of(new GradientNoise(Schedule.everyStep())));
            CpuModel model = new CpuModel(
                    recipe.model(),
                    recipe.training(),
                    recipe.fault(),
                    instruments,
                    workers,
                    new CpuModel.Ranked(rank, exchange),
                    System::nanoTime);
            models.add(model);
            Trainer trainer =
                    new Trainer(recipe, model, instruments, new Pathology.Copy(rank, ranks), System::nanoTime);
            all.add(new Rank(trainer, model, instruments));
        }
        return new TrainingRun(
                recipe,
                all,
                exchange::abandon,
                new Checkpoints(new CheckpointRing(checkpoints, 4), 4),
                control -> {
                    TrainerCommand next = waiting.poll();
                    if (next != null) {
                        answers.add(control.apply(next));
                    }
                },
                () -> true);
    }

    private static List<Double> losses(List<Frame> frames) {
        return frames.stream()
                .map(frame -> frame.scalars().find(Scalars.LOSS).orElseThrow())
                .toList();
    }

    private double rate(Optional<Trainer.Result> step) {
        assertTrue(step.isPresent());
        return lastFrame().scalars().find(Scalars.LEARNING_RATE).orElseThrow();
    }

    private Frame lastFrame() {
        return (Frame) sent.stream()
                .filter(item -> item instanceof Frame && item.origin().rank() == 0)
                .reduce((a, b) -> b)
                .orElseThrow();
    }
}
