package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every parameter's gradient against central differences of the plain model in double. */
class GradientTest {
    private static final int BATCH = 2;
    private static final int PLACES = 12;
    private static final double STEP = 1e-5;

    @ParameterizedTest
    @EnumSource(Norm.class)
    void agreesWithFiniteDifferencesEverywhere(Norm norm) {
        // Odd sizes, so that every loop has a tail.
        ModelSpec spec = new ModelSpec(2, 3, 21, 7, 19, norm);
        TokenBatch batch = Small.batch(spec, BATCH, 5);
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        spec, Small.training(1, BATCH, Precision.FP32), Fault.NONE, Small.unwatched(), workers)) {
            Small.scatter(model);
            Map<String, double[]> weights = Small.weights(model);
            PlainGpt plain = new PlainGpt(spec, weights);

            double[] losses = model.forward(batch, 1);
            assertEquals(plain.loss(batch), (losses[0] + losses[1]) / 2, 2e-6, "loss");

            double norms = model.backward(1);
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
            assertEquals(Math.sqrt(squares), norms, 1e-6 * norms, "global norm");
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
