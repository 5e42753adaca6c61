package observatory.trainer.cpu;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Question;
import observatory.probe.RunId;
import observatory.trainer.Adam;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;

/** Small things to train in tests. */
final class Small {
    private Small() {}

    static Instruments<Tensor> instruments(FrameSink sink, List<? extends Question> probes) {
        Instruments<Tensor> instruments = new Instruments<>(
                new Origin(new RunId("small"), 0, new UUID(0, 1), 0),
                new CpuReducer(),
                sink,
                InstantSource.fixed(Instant.EPOCH),
                System::nanoTime);
        instruments.install(probes);
        return instruments;
    }

    static Instruments<Tensor> unwatched() {
        return instruments(FrameSink.NOBODY, List.of());
    }

    static TrainingSpec training(int steps, int batch, Precision precision) {
        return new TrainingSpec(steps, batch, 3e-3, 5, 1, precision, 1);
    }

    /** Text with structure to learn, made here. */
    static Corpus corpus() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 4000; i++) {
            text.append("step ")
                    .append(i)
                    .append(" has loss ")
                    .append(i * 7919 % 1000)
                    .append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return new Corpus(List.of(new Corpus.Source("log", bytes)));
    }

    /** The same text, and a smaller source of digits beside it. */
    static Corpus twoSources() {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            digits.append(i * 7919L % 1_000_003).append(' ');
        }
        byte[] bytes = digits.toString().getBytes(StandardCharsets.UTF_8);
        return new Corpus(List.of(
                new Corpus.Source("numbers", bytes),
                new Corpus.Source("prose", corpus().sources().getFirst().tokens())));
    }

    static Trainer trainer(
            ModelSpec spec, TrainingSpec training, Fault fault, CpuModel model, Instruments<Tensor> instruments) {
        return new Trainer(new Recipe(spec, training, corpus(), fault), model, instruments, System::nanoTime);
    }

    /** A step at a constant rate, clipped at 1. */
    static Model.StepSettings settings(long step, Precision precision, double lossScale) {
        return new Model.StepSettings(step, step, 3e-3, 1, lossScale, Adam.STANDARD, precision);
    }

    /** A batch of uniformly random tokens. */
    static TokenBatch batch(ModelSpec spec, int size, long seed) {
        int[] inputs = new int[size * spec.context()];
        int[] targets = new int[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (int) (SplitMix.uniform(seed, 2L * i) * spec.vocabulary());
            targets[i] = (int) (SplitMix.uniform(seed, 2L * i + 1) * spec.vocabulary());
        }
        int[] prefixes = new int[size];
        if (spec.objective() == ModelSpec.Objective.PREFIX) {
            for (int row = 0; row < size; row++) {
                prefixes[row] = 1 + (3 * row + 2) % (spec.context() - 1);
            }
        }
        return new TokenBatch(
                Collections.nCopies(size, new TokenBatch.Place("random", 0)),
                spec.context(),
                inputs,
                targets,
                prefixes);
    }

    /** Replaces every weight by (u - 0.5) / 2 drawn for its place, gains by one more than that. */
    static void scatter(CpuModel model) {
        List<Parameter> parameters = model.parameters();
        for (int p = 0; p < parameters.size(); p++) {
            Tensor weight = parameters.get(p).weight();
            double centre = parameters.get(p).name().endsWith("gain") ? 1 : 0;
            for (long i = 0; i < weight.size(); i++) {
                weight.set(i, (float) (centre + (SplitMix.uniform(1000 + p, i) - 0.5) / 2));
            }
        }
    }

    /** The weights in double, by {@code layer/name}. */
    static Map<String, double[]> weights(CpuModel model) {
        Map<String, double[]> weights = new HashMap<>();
        for (Parameter parameter : model.parameters()) {
            double[] values = new double[(int) parameter.weight().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = parameter.weight().get(i);
            }
            weights.put(parameter.gradientSite().layer() + "/" + parameter.name(), values);
        }
        return weights;
    }
}
