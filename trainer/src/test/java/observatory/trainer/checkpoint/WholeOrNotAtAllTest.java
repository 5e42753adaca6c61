package observatory.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.TrainerState;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint is written and read whole, or what was there before stays as it was. */
class WholeOrNotAtAllTest {
    private static final Recipe RECIPE = new Recipe(
            new ModelSpec(1, 1, 8, 8, 256, ModelSpec.Norm.RMSNORM),
            new TrainingSpec(4, 1, 1e-3, 0, 1, Precision.FP32, 1),
            new Corpus(List.of(new Corpus.Source("text", new byte[100]))),
            Fault.NONE);
    private static final TrainerState STATE = TrainerState.start(RECIPE.training());

    @TempDir
    private Path folder;

    @Test
    void momentsThatAreDamagedLeaveTheWeightsAlone() throws IOException {
        Path place = folder.resolve("c");
        Checkpoint.write(place, RECIPE, STATE, new Held(1));
        Path moments = place.resolve("optimizer.safetensors");
        byte[] bytes = Files.readAllBytes(moments);
        bytes[bytes.length - 1] ^= 1;
        Files.write(moments, bytes);

        Held model = new Held(2);
        String refusal = assertThrows(
                        CheckpointException.class, () -> Checkpoint.open(place).into(model))
                .getMessage();
        assertTrue(refusal.contains("tensor gain.second_moment of shape [5]"), refusal);
        assertEquals(new Held(2).values(), model.values());
    }

    @Test
    void whatCannotBeWrittenLeavesTheOneOfTheSameStep() throws IOException {
        CheckpointRing ring = new CheckpointRing(folder, 2);
        Path written = ring.write(RECIPE, STATE, new Held(1));
        ModelState broken = new ModelState() {
            private final ModelState whole = new Held(2);

            @Override
            public List<Entry> entries() {
                return whole.entries();
            }

            @Override
            public void read(Entry entry, MemorySegment into) {
                throw new IllegalStateException("the device is gone");
            }

            @Override
            public void write(Entry entry, MemorySegment from) {
                whole.write(entry, from);
            }
        };
        assertThrows(IllegalStateException.class, () -> ring.write(RECIPE, STATE, broken));
        assertLoads(written, 1);
        ring.write(RECIPE, STATE, new Held(3));
        assertLoads(written, 3);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(written), left.toList(), "nothing unfinished or replaced stays behind");
        }
    }

    @Test
    void whatIsDroppedByARewindIsNoLongerHeld() throws IOException {
        CheckpointRing ring = new CheckpointRing(folder, 2);
        TrainerState later = new TrainerState(7, 7, 56, 7, STATE.scaler(), 1, STATE.precision());
        ring.write(RECIPE, STATE, new Held(1));
        ring.write(RECIPE, later, new Held(1));
        assertTrue(ring.hold(7));
        ring.dropAfter(0);
        assertEquals(List.of(0L), List.copyOf(ring.all().keySet()));
        assertFalse(ring.hold(7), "there is none of step 7 any more");
    }

    @Test
    void whoLooksMeanwhileNeverSeesHalfOfOneThatIsDropped() throws IOException {
        CheckpointRing ring = new CheckpointRing(folder, 1);
        AtomicBoolean dropping = new AtomicBoolean(true);
        CompletableFuture<Set<Path>> looking = CompletableFuture.supplyAsync(() -> {
            Set<Path> halves = new TreeSet<>();
            while (dropping.get()) {
                for (String name : names(folder)) {
                    Path place = folder.resolve(name);
                    if (name.startsWith("step-") && names(place).size() < 3 && Files.exists(place)) {
                        halves.add(place);
                    }
                }
            }
            return halves;
        });
        for (int step = 1; step <= 200; step++) {
            ring.write(
                    RECIPE,
                    new TrainerState(step, step, 8L * step, step, STATE.scaler(), 1, STATE.precision()),
                    new Held(1));
        }
        dropping.set(false);
        assertEquals(Set.of(), looking.join());
        assertEquals(List.of("step-00000200"), names(folder));
    }

    /** What is in a folder; nothing where it is gone. */
    private static List<String> names(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> path.getFileName().toString()).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "training", "trainer", "sources", "checksums"})
    void aStateWithAPartMissingIsRefused(String part) throws IOException {
        Path place = folder.resolve("c");
        Checkpoint.write(place, RECIPE, STATE, new Held(1));
        Path state = place.resolve("state.json");
        Files.writeString(state, Files.readString(state).replace('"' + part + '"', "\"something\""));
        String refusal = assertThrows(CheckpointException.class, () -> Checkpoint.open(place))
                .getMessage();
        assertTrue(refusal.contains("state.json is damaged: it lacks " + part + "; use an older"), refusal);
    }

    @ParameterizedTest
    @CsvSource({
        "'[2]', 9223372036854775799, 9223372036854775807, cut short",
        "'[4611686018427387904, 4]', 0, 0, disagree",
        "'[2]', 0, 8, cut short",
        "'[1, -1]', 0, -4, disagree"
    })
    void tensorsThatCannotLieInTheFileAreRefused(String shape, long from, long to, String rule) throws IOException {
        Path file = folder.resolve("foreign.safetensors");
        byte[] header = ("{\"up\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[" + from + "," + to
                        + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(
                file,
                ByteBuffer.allocate(Long.BYTES + header.length + 4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());
        String refusal = assertThrows(
                        CheckpointException.class,
                        () -> Safetensors.places(file, MemorySegment.ofArray(Files.readAllBytes(file))))
                .getMessage();
        assertTrue(refusal.contains("up") && refusal.contains(rule), refusal);
    }

    private static void assertLoads(Path place, float value) throws IOException {
        Held model = new Held(0);
        Checkpoint.open(place).into(model);
        assertEquals(new Held(value).values(), model.values());
    }
}
