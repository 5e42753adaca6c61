package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import observatory.trainer.Batching;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.LossScaling;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Objective;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that goes on from a checkpoint never stopped; what is damaged or foreign is refused by name. */
class CheckpointTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 32, 24, 256, Norm.RMSNORM).with(Objective.PREFIX);
    private static final int HALF = 12;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(LossScaling.Kind.class)
    void resumesToTheLastBit(LossScaling.Kind scaling) throws IOException {
        // A scaler that moves, a growing batch, a growing length and a planned fault before and after the checkpoint.
        TrainingSpec training = Small.training(2 * HALF, 4, Precision.FP16)
                .with(LossScaling.of(scaling).withInitial(0x1p20).withWindow(3))
                .with(Batching.of(4)
                        .with(new Batching.Ramp(2, 16, Batching.Ramp.Unit.STEPS))
                        .with(new Batching.Curriculum(8, 20)));
        Recipe recipe = new Recipe(SPEC, training, Small.corpus(), Fault.parse("lr-surge@10"));
        try (Workers workers = new Workers(2);
                CpuModel model = model(recipe, workers);
                CpuModel later = model(recipe, workers)) {
            Trainer trainer = trainer(recipe, model);
            train(trainer, HALF);
            Checkpoint.write(folder.resolve("c"), recipe, trainer.state(), model.state());
            train(trainer, HALF);

            Checkpoint checkpoint = Checkpoint.open(folder.resolve("c"));
            assertEquals(SPEC, checkpoint.model());
            assertEquals(training, checkpoint.training());
            checkpoint.check(recipe);
            checkpoint.into(later.state());
            Trainer resumed = trainer(recipe, later);
            resumed.restore(checkpoint.state());
            train(resumed, HALF);
            assertEquals(trainer.state(), resumed.state());
            assertEquals(model.fingerprint(), later.fingerprint());
        }
    }

    @Test
    void damageAndForeignModelsAreNamed() throws IOException {
        Recipe recipe = new Recipe(SPEC, Small.training(4, 2, Precision.FP32), Small.corpus(), Fault.NONE);
        Path place = folder.resolve("c");
        try (Workers workers = new Workers(1);
                CpuModel model = model(recipe, workers)) {
            Trainer trainer = trainer(recipe, model);
            train(trainer, 2);
            Checkpoint.write(place, recipe, trainer.state(), model.state());
            String before = model.fingerprint();

            ModelSpec wider = new ModelSpec(2, 2, 36, 24, 256, Norm.RMSNORM);
            try (CpuModel other = model(new Recipe(wider, recipe.training(), recipe.corpus(), Fault.NONE), workers)) {
                String refusal = refusal(() -> Checkpoint.open(place).into(other.state()));
                assertTrue(
                        refusal.contains("tensor embedding.token.weight has shape [256, 32], expected [256, 36]"),
                        refusal);
            }
            try (CpuModel other =
                    model(new Recipe(SPEC.withQkNorm(true), recipe.training(), recipe.corpus(), Fault.NONE), workers)) {
                String refusal = refusal(() -> Checkpoint.open(place).into(other.state()));
                assertTrue(refusal.contains("lacks the tensor layers.0.attention.query_norm.gain"), refusal);
            }
            Corpus foreign = new Corpus(List.of(new Corpus.Source("novel", new byte[100])));
            assertTrue(refusal(() ->
                            Checkpoint.open(place).check(new Recipe(SPEC, recipe.training(), foreign, Fault.NONE)))
                    .contains("{novel=100}"));

            Checkpoint.open(place).checkTensors();
            try (RandomAccessFile file =
                    new RandomAccessFile(place.resolve("model.safetensors").toFile(), "rw")) {
                file.seek(file.length() - 3);
                int old = file.read();
                file.seek(file.length() - 3);
                file.write(old ^ 1);
            }
            String damaged = refusal(() -> Checkpoint.open(place).into(model.state()));
            assertTrue(damaged.contains("is damaged: tensor unembedding.weight of shape [256, 32]"), damaged);
            assertEquals(before, model.fingerprint(), "nothing was loaded");
            assertEquals(damaged, refusal(() -> Checkpoint.open(place).checkTensors()), "and without a model");

            try (RandomAccessFile file =
                    new RandomAccessFile(place.resolve("model.safetensors").toFile(), "rw")) {
                for (long length : new long[] {file.length() - 1, 5000, 9, 3, 0}) {
                    file.setLength(length);
                    String cut = refusal(() -> Checkpoint.open(place).into(model.state()));
                    assertTrue(cut.contains("cut short"), length + ": " + cut);
                    assertTrue(cut.endsWith("; use an older checkpoint"), length + ": " + cut);
                }
            }
            Files.writeString(place.resolve("state.json"), "{\"format\": 7}");
            assertTrue(refusal(() -> Checkpoint.open(place)).contains("format=7"));
            for (String torn : new String[] {"", "null", "[]", "{", "{\"fozmat\": 1}", "{\"format\": 1, \"mod"}) {
                Files.writeString(place.resolve("state.json"), torn);
                String said = refusal(() -> Checkpoint.open(place));
                assertTrue(said.contains("state.json is damaged"), torn + ": " + said);
                assertTrue(said.endsWith("; use an older checkpoint") && !said.contains("Source"), torn + ": " + said);
            }
            assertTrue(refusal(() -> Checkpoint.open(folder.resolve("absent"))).contains("no checkpoint at"));
        }
    }

    @Test
    void aRingKeepsTheNewest() throws IOException {
        Recipe recipe = new Recipe(SPEC, Small.training(9, 2, Precision.FP32), Small.corpus(), Fault.NONE);
        CheckpointRing ring = new CheckpointRing(folder.resolve("ring"), 2);
        assertTrue(ring.latest().isEmpty());
        for (String killed : List.of(".unfinished-17", ".replaced-17")) {
            Files.writeString(
                    Files.createDirectories(ring.folder().resolve(killed)).resolve("state.json"), "{");
        }
        try (Workers workers = new Workers(1);
                CpuModel model = model(recipe, workers)) {
            Trainer trainer = trainer(recipe, model);
            for (int i = 0; i < 4; i++) {
                ring.write(recipe, trainer.state(), model.state());
                train(trainer, 1);
            }
            ring.write(recipe, Checkpoint.open(ring.all().get(3L)).state(), model.state());
        }
        assertEquals(List.of(2L, 3L), List.copyOf(ring.all().keySet()));
        assertEquals(3, ring.latest().orElseThrow().state().step());
        assertEquals(2, ring.at(2).orElseThrow().state().step());
        assertTrue(ring.at(1).isEmpty());
        try (var left = Files.list(ring.folder())) {
            assertEquals(2, left.count(), "nothing unfinished stays behind, nor what a killed run left");
        }
    }

    @Test
    void whatIsHeldOutlivesTheNewest() throws IOException {
        Recipe recipe = new Recipe(SPEC, Small.training(9, 2, Precision.FP32), Small.corpus(), Fault.NONE);
        CheckpointRing ring = new CheckpointRing(folder.resolve("ring"), 2);
        try (Workers workers = new Workers(1);
                CpuModel model = model(recipe, workers)) {
            Trainer trainer = trainer(recipe, model);
            for (int i = 0; i < 6; i++) {
                ring.write(recipe, trainer.state(), model.state());
                assertEquals(i >= 1, ring.hold(1), "there is one of step 1 from the second on, and then for good");
                train(trainer, 1);
            }
        }
        assertEquals(List.of(1L, 4L, 5L), List.copyOf(ring.all().keySet()));
        assertTrue(ring.bytes() > 3 * 3 * 4 * SPEC.parameters(), "weights and moments of three");
        ring.drop(1);
        assertEquals(List.of(1L, 5L), List.copyOf(ring.all().keySet()));
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static String refusal(Attempt attempt) {
        return assertThrows(CheckpointException.class, attempt::run).getMessage();
    }

    private static CpuModel model(Recipe recipe, Workers workers) {
        return new CpuModel(recipe.model(), recipe.training(), recipe.fault(), Small.unwatched(), workers);
    }

    private static Trainer trainer(Recipe recipe, CpuModel model) {
        return new Trainer(recipe, model, Small.unwatched(), System::nanoTime);
    }

    private static void train(Trainer trainer, int steps) {
        for (int i = 0; i < steps; i++) {
            trainer.step();
        }
    }
}
