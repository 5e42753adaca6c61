package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import observatory.trainer.Fault;
import observatory.trainer.Model.Outcome;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every parameter's gradient, with every option, against central differences of the plain model in double. */
class GradientTest {
    private static final int BATCH = 3;
    private static final int PLACES = 8;
    private static final double STEP = 1e-5;

    /** Odd sizes, so that every loop has a tail. */
    static List<ModelSpec> variants() {
        return Variants.of(new ModelSpec(2, 3, 18, 7, 19, Norm.LAYERNORM));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void agreesWithFiniteDifferencesEverywhere(ModelSpec spec) {
        TokenBatch batch = Small.batch(spec, BATCH, 5);
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        spec, Small.training(1, BATCH, Precision.FP32), Fault.NONE, Small.unwatched(), workers)) {
            Small.scatter(model);
            Map<String, double[]> weights = Small.weights(model);
            PlainGpt plain = new PlainGpt(spec, weights);
            // Two passes, so that accumulation is checked as well.
            Outcome outcome =
                    model.step(List.of(batch.rows(0, 2), batch.rows(2, BATCH)), Small.settings(1, Precision.FP32, 1));
            if (spec.zLoss() == 0) {
                double mean = Arrays.stream(outcome.losses()).average().orElseThrow();
                assertEquals(plain.loss(batch), mean, 2e-6, "loss");
            }
            double squares = 0;
            for (Parameter parameter : model.parameters()) {
                double scale = largest(parameter.gradient());
                String name = parameter.gradientSite().layer() + "/" + parameter.name();
                double[] values = weights.get(name);
                for (int k = 0; k < PLACES; k++) {
                    int i = (int) (SplitMix.uniform(77, k) * values.length);
                    assertEquals(
                            difference(plain, batch, values, i),
                            parameter.gradient().get(i),
                            1e-4 * scale + 1e-8,
                            name + "[" + i + "]");
                }
                for (float g : parameter.gradient().toArray()) {
                    squares += (double) g * g;
                }
            }
            assertEquals(Math.sqrt(squares), outcome.gradientNorm(), 1e-6 * outcome.gradientNorm(), "global norm");
        }
    }

    private static double difference(PlainGpt plain, TokenBatch batch, double[] values, int i) {
        double kept = values[i];
        values[i] = kept + STEP;
        double above = plain.loss(batch);
        values[i] = kept - STEP;
        double below = plain.loss(batch);
        values[i] = kept;
        return (above - below) / (2 * STEP);
    }

    private static double largest(Tensor tensor) {
        double max = 0;
        for (float value : tensor.toArray()) {
            max = Math.max(max, Math.abs(value));
        }
        return max;
    }
}
