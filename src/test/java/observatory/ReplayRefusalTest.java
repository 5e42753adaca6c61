package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.SpikeLog;
import observatory.analysis.Verdict;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.ReplayText;
import observatory.cli.replay.Replaying;
import observatory.probe.RunId;
import observatory.trainer.Fault;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.checkpoint.RunCard;
import observatory.trainer.run.Checkpoints;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay from files: what it refuses and why, and that one that was stopped goes on where it was. */
class ReplayRefusalTest {
    private static final int AT = 60;

    @TempDir
    static Path trainedIn;

    @TempDir
    Path folder;

    private Path checkpoints;
    private static SpikeLog log;

    /** Each test may damage a copy of its own. */
    @BeforeEach
    void copy() throws IOException {
        checkpoints = folder.resolve("run");
        try (var all = Files.walk(trainedIn)) {
            for (Path each : all.sorted().toList()) {
                Files.copy(each, checkpoints.resolve(trainedIn.relativize(each).toString()));
            }
        }
    }

    @BeforeAll
    static void train() throws IOException {
        Path checkpoints = trainedIn;
        Fault fault = new Fault(Fault.Kind.BAD_BATCH, AT);
        Recipe recipe =
                new Recipe(FaultRun.MODEL, FaultRun.training(fault, Precision.FP32, 1, 70), FaultRun.corpus(), fault);
        CheckpointRing ring = new CheckpointRing(checkpoints, 10);
        FaultRun.Trained trained = FaultRun.trained(recipe, new Checkpoints(ring, 10));
        RunCard.of(recipe, "cpu", RunCard.Data.BUNDLED, 0).write(checkpoints);
        Incident incident = new Incident(
                new RunId("fault"),
                1,
                Kind.BAD_BATCH,
                Severity.CRITICAL,
                "BadBatch",
                AT,
                AT + 3,
                AT,
                true,
                Verdict.DATA_DRIVEN,
                "",
                "",
                "",
                Evidence.none());
        log = SpikeLog.of(incident, trained.telemetry());
    }

    private ReplayResult replay(Path notes, BooleanSupplier stop) throws IOException {
        return Replaying.of(
                new Replaying.Asked(log, Optional.empty(), Optional.empty()),
                checkpoints,
                notes,
                new Replaying.Manner(600, 1L << 30, 2, 5, true, true, 4, true, false),
                new Replaying.Watch(stop, (done, planned, doing) -> {}, System::nanoTime));
    }

    private String refused() {
        return assertThrows(CheckpointException.class, () -> replay(folder.resolve("notes"), () -> false))
                .getMessage();
    }

    private void change(Consumer<ObjectNode> change) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Path card = checkpoints.resolve("run.json");
        ObjectNode node = (ObjectNode) json.readTree(Files.readAllBytes(card));
        change.accept(node);
        Files.write(card, json.writeValueAsBytes(node));
    }

    @Test
    void stoppedAndTakenUpAgainItComesToTheSameAsWithoutAStop() throws IOException {
        ReplayResult whole = replay(folder.resolve("a"), () -> false);
        assertEquals(Verdict.DATA_DRIVEN, whole.verdict(), () -> ReplayText.of(whole));
        assertFalse(whole.samples().getFirst().text().isEmpty(), "text was asked for");
        assertTrue(whole.interventions().stream().anyMatch(ReplayResult.Intervention::best));
        AtomicInteger looks = new AtomicInteger();
        ReplayResult stopped = replay(folder.resolve("b"), () -> looks.incrementAndGet() > 120);
        assertFalse(stopped.complete());
        assertTrue(stopped.notRun().stream().anyMatch(one -> one.why().contains("interrupted")));
        ReplayResult resumed = replay(folder.resolve("b"), () -> false);
        assertTrue(resumed.complete());
        assertTrue(resumed.cost().resumed() > 0, () -> ReplayText.of(resumed));
        assertEquals(whole.outcomes(), resumed.outcomes());
        assertEquals(whole.samples(), resumed.samples());
        assertEquals(whole.interventions(), resumed.interventions());
        assertEquals(whole.errorProbability(), resumed.errorProbability());
    }

    @Test
    void anotherCorpusIsRefusedByItsHash() throws IOException {
        change(node -> ((ObjectNode) node.get("sources")).put("java", "1:0000"));
        assertTrue(refused().startsWith("the corpus has changed since the run: source java was 1:0000"));
    }

    @Test
    void anotherBuildIsRefusedUnlessItIsAskedFor() throws IOException {
        change(node -> node.put("build", "0123456789abcdef"));
        String said = refused();
        assertTrue(said.contains("build=0123456789abcdef") && said.contains("--other-build"), said);
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        change(node -> ((ObjectNode) node.get("model")).put("layers", 3));
        assertTrue(refused().contains("is of another model"));
    }

    @Test
    void aRunOfAGpuIsRefused() throws IOException {
        change(node -> node.put("backend", "cuda"));
        assertTrue(refused().contains("trained on cuda"));
    }

    @Test
    void aDamagedCheckpointIsRefusedWithItsTensor() throws IOException {
        // 40 is the newest one far enough before step 60.
        Path weights = checkpoints.resolve("step-00000040").resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(file.length() - 100);
            file.write(0x5A);
        }
        String said = refused();
        assertTrue(said.contains("damaged") && said.contains("use an older checkpoint"), said);
    }

    @Test
    void aRunWithoutItsCardIsRefused() throws IOException {
        Files.delete(checkpoints.resolve("run.json"));
        assertTrue(refused().contains("no run.json"));
    }

    @Test
    void aRunThatWentOnFromAnotherHasNoBeginningOfItsOwn() throws IOException {
        change(node -> node.put("resumedAfter", 5));
        for (Map.Entry<Long, Path> each :
                new CheckpointRing(checkpoints, 1).all().entrySet()) {
            if (each.getKey() <= 50) {
                try (var files = Files.list(each.getValue())) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(each.getValue());
            }
        }
        String said = refused();
        assertTrue(
                said.contains("no checkpoint of fault at or before step") && said.contains("--checkpoint-every"), said);
    }
}
