package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import observatory.probe.Frame;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import observatory.trainer.DeviceLost;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.run.Checkpoints;
import observatory.trainer.run.Rank;
import observatory.trainer.run.TrainingRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device that breaks in the middle of a run: everything measured before is told, and the run goes
 * on from a checkpoint.
 */
class DeviceLostTest {
    private static final int ECC_UNCORRECTABLE = 214;
    private static final int STEPS = 6;

    @TempDir
    Path folder;

    private final List<Telemetry> told = Collections.synchronizedList(new ArrayList<>());
    private final TrainingSpec training = new TrainingSpec(STEPS, 2, 1e-3, 1, 1.0, Precision.FP32, 7);
    private final Recipe recipe =
            new Recipe(new ModelSpec(1, 2, 32, 16, 256, Norm.LAYERNORM), training, Twins.corpus(), Fault.NONE);

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @AfterEach
    void healthy() {
        Emulation.reset();
    }

    @Test
    void theRunEndsWithWhatItMeasuredAndGoesOnFromItsLastCheckpoint() throws IOException {
        List<Double> whole = new ArrayList<>();
        try (TrainingRun run = run(folder.resolve("whole"))) {
            while (!run.over()) {
                run.step().ifPresent(result -> whole.add(result.loss()));
            }
        }
        told.clear();
        CheckpointRing ring = new CheckpointRing(folder.resolve("lost"), 2);
        try (TrainingRun run = run(ring.folder())) {
            run.begin(Map.of());
            for (int step = 1; step <= 4; step++) {
                run.step();
            }
            Emulation.fail("cuStreamSynchronize", 0, ECC_UNCORRECTABLE);
            DeviceLost lost = assertThrows(DeviceLost.class, run::step);
            assertTrue(lost.getMessage().contains("ECC"), lost.getMessage());
            Emulation.reset();
        }
        toldTo(4);

        Checkpoint last = ring.at(4).orElseThrow();
        List<Double> resumed = new ArrayList<>();
        try (TrainingRun run = run(ring.folder())) {
            run.resume(last);
            while (!run.over()) {
                run.step().ifPresent(result -> resumed.add(result.loss()));
            }
        }
        assertEquals(whole.subList(4, STEPS), resumed, "the same losses, bit for bit");
    }

    @Test
    void whatIsLostWhileACheckpointIsWrittenIsToldOfToo() throws IOException {
        CheckpointRing ring = new CheckpointRing(folder.resolve("lost"), 2);
        try (TrainingRun run = run(ring.folder())) {
            run.begin(Map.of());
            for (int step = 1; step <= 3; step++) {
                run.step();
            }
            // The step's own wait is the last that succeeds.
            Emulation.fail("cuStreamSynchronize", 1, ECC_UNCORRECTABLE);
            assertThrows(DeviceLost.class, run::step);
        }
        toldTo(4);
        assertTrue(ring.at(4).isEmpty(), "half a checkpoint is none");
        assertEquals(2, ring.at(2).orElseThrow().state().step());
    }

    /** Every step up to one, then the fault, then the end. */
    private void toldTo(long last) {
        List<Frame> frames = told.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
        assertEquals(
                LongStream.rangeClosed(1, last).boxed().toList(),
                frames.stream().map(Frame::step).toList());
        List<RunEvent.Kind> events = told.stream()
                .filter(RunEvent.class::isInstance)
                .map(event -> ((RunEvent) event).kind())
                .toList();
        assertEquals(
                List.of(RunEvent.Kind.HARDWARE_ERROR, RunEvent.Kind.END),
                events.subList(events.size() - 2, events.size()));
    }

    private TrainingRun run(Path checkpoints) {
        CudaReducer reducer = new CudaReducer();
        Origin origin = new Origin(new RunId("lost"), 0, new UUID(1, 2), 0);
        Instruments<CudaTensor> instruments =
                new Instruments<>(origin, reducer, told::add, InstantSource.system(), System::nanoTime);
        instruments.install(Probes.of(Pack.CONTINUOUS));
        CudaModel model = new CudaModel(recipe.model(), training, Fault.NONE, instruments, reducer);
        Trainer trainer = new Trainer(recipe, model, instruments, System::nanoTime);
        return new TrainingRun(
                recipe,
                List.of(new Rank(trainer, model, instruments)),
                () -> {},
                new Checkpoints(new CheckpointRing(checkpoints, 2), 2),
                control -> {},
                () -> false);
    }
}
