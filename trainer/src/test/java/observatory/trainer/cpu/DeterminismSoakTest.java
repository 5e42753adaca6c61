package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.probe.Instruments;
import observatory.probe.Pack;
import observatory.probe.builtin.Probes;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.checkpoint.Checkpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two hundred steps of every variant in every precision: one fingerprint, however they are run. */
@Tag("soak")
class DeterminismSoakTest {
    private static final int STEPS = 200;

    static List<ModelSpec> variants() {
        return Variants.of(new ModelSpec(2, 2, 48, 40, 256, Norm.LAYERNORM));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void oneFingerprint(ModelSpec spec, @TempDir Path folder) throws IOException {
        for (Precision precision : Precision.values()) {
            Recipe recipe = new Recipe(spec, Small.training(STEPS, 3, precision), Small.corpus(), Fault.NONE);
            Map<String, String> found = new TreeMap<>();
            found.put("1 thread", train(recipe, 1, Small.unwatched()));
            found.put("2 threads, warm", train(recipe, 2, Small.unwatched()));
            found.put("watched", train(recipe, 2, Small.instruments(item -> true, Probes.of(Pack.FORENSIC))));
            found.put("resumed", resumed(recipe, folder.resolve(precision.label())));
            assertEquals(1, found.values().stream().distinct().count(), spec.label() + " " + precision + ": " + found);
        }
    }

    private static String train(Recipe recipe, int threads, Instruments<Tensor> instruments) {
        try (Workers workers = new Workers(threads);
                CpuModel model = new CpuModel(recipe.model(), recipe.training(), Fault.NONE, instruments, workers)) {
            Trainer trainer = new Trainer(recipe, model, instruments, System::nanoTime);
            while (!trainer.done()) {
                trainer.step();
            }
            return model.fingerprint();
        }
    }

    private static String resumed(Recipe recipe, Path folder) throws IOException {
        Instruments<Tensor> nobody = Small.unwatched();
        try (Workers workers = new Workers(2);
                CpuModel before = new CpuModel(recipe.model(), recipe.training(), Fault.NONE, nobody, workers);
                CpuModel after = new CpuModel(recipe.model(), recipe.training(), Fault.NONE, nobody, workers)) {
            Trainer first = new Trainer(recipe, before, nobody, System::nanoTime);
            for (int i = 0; i < STEPS / 2; i++) {
                first.step();
            }
            Checkpoint.write(folder, recipe, first.state(), before.state());
            Trainer second = new Trainer(recipe, after, nobody, System::nanoTime);
            Checkpoint checkpoint = Checkpoint.open(folder);
            checkpoint.into(after.state());
            second.restore(checkpoint.state());
            while (!second.done()) {
                second.step();
            }
            return after.fingerprint();
        }
    }
}
