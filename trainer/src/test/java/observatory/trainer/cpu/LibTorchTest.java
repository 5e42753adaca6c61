package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.Model.Outcome;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Against libtorch, which computes beside it: every element of every gradient with every option, what AdamW makes of
 * gradients, and the losses of twenty steps. Skipped where no libtorch is on the class path.
 */
class LibTorchTest {
    private static final int BATCH = 3;
    private static final double RATE = 3e-3;

    @BeforeAll
    static void needsLibTorch() {
        assumeTrue(
                LibTorchTest.class.getResource("/native/lib/pytorch.properties") != null,
                "no native libtorch on the class path (profile libtorch, Linux on x86-64)");
    }

    /** Odd sizes, so that every loop has a tail; two shapes, so that no size is taken for another. */
    static Stream<ModelSpec> variants() {
        return Stream.of(new ModelSpec(2, 3, 18, 7, 19, Norm.LAYERNORM), new ModelSpec(1, 5, 50, 13, 37, Norm.RMSNORM))
                .flatMap(base -> Variants.of(base).stream());
    }

    @ParameterizedTest
    @MethodSource("variants")
    void gradientsAgreeEverywhere(ModelSpec spec) {
        with(spec, DataType.FLOAT64, (model, torch) -> {
            TokenBatch batch = Small.batch(spec, BATCH, 11);
            double expected = torch.backward(batch);
            Outcome outcome =
                    model.step(List.of(batch.rows(0, 2), batch.rows(2, BATCH)), Small.settings(1, Precision.FP32, 1));
            assertEquals(expected, mean(outcome), 2e-6, "loss");
            for (Parameter parameter : model.parameters()) {
                String name = name(parameter);
                double[] gradient = torch.gradient(name);
                double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
                for (int i = 0; i < gradient.length; i++) {
                    assertEquals(gradient[i], parameter.gradient().get(i), 2e-5 * largest + 1e-9, name + "[" + i + "]");
                }
            }
            assertEquals(torch.gradientNorm(), outcome.gradientNorm(), 1e-5 * outcome.gradientNorm(), "global norm");
        });
    }

    /** Both take the trainer's own gradients, because the sign of one near zero decides where Adam goes. */
    @ParameterizedTest
    @MethodSource("variants")
    void adamMakesTheSameOfTheSameGradients(ModelSpec spec) {
        with(spec, DataType.FLOAT64, (model, torch) -> {
            for (int step = 1; step <= 3; step++) {
                model.step(List.of(Small.batch(spec, BATCH, 20 + step)), Small.settings(step, Precision.FP32, 1));
                Map<String, double[]> gradients = model.parameters().stream()
                        .collect(Collectors.toMap(LibTorchTest::name, p -> doubles(p.gradient())));
                torch.step(gradients, RATE, Adam.STANDARD);
            }
            for (Parameter parameter : model.parameters()) {
                double[] weight = torch.weight(name(parameter));
                for (int i = 0; i < weight.length; i++) {
                    assertEquals(weight[i], parameter.weight().get(i), 2e-6, name(parameter) + "[" + i + "]");
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("variants")
    void lossesOfTwentyStepsAgreeInSinglePrecision(ModelSpec spec) {
        with(spec, DataType.FLOAT32, (model, torch) -> {
            for (int step = 1; step <= 20; step++) {
                TokenBatch batch = Small.batch(spec, BATCH, 30 + step % 4);
                double expected = torch.backward(batch);
                torch.step(RATE, Adam.STANDARD);
                Outcome outcome = model.step(List.of(batch), Small.settings(step, Precision.FP32, 1));
                assertEquals(expected, mean(outcome), 1e-4 * expected, "loss of step " + step);
            }
        });
    }

    private interface Comparison {
        void of(CpuModel model, TorchGpt torch);
    }

    private static void with(ModelSpec spec, DataType type, Comparison comparison) {
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        spec, Small.training(20, BATCH, Precision.FP32), Fault.NONE, Small.unwatched(), workers)) {
            Small.scatter(model);
            Map<String, Integer> rows = new HashMap<>();
            model.parameters().forEach(p -> rows.put(name(p), p.weight().rows()));
            try (TorchGpt torch = new TorchGpt(spec, Small.weights(model), rows, type)) {
                comparison.of(model, torch);
            }
        }
    }

    private static double mean(Outcome outcome) {
        return Arrays.stream(outcome.losses()).average().orElseThrow();
    }

    private static String name(Parameter parameter) {
        return parameter.gradientSite().layer() + "/" + parameter.name();
    }

    private static double[] doubles(Tensor tensor) {
        double[] values = new double[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i);
        }
        return values;
    }
}
