package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.trainer.Fault;
import observatory.trainer.Model.Outcome;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Activation;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Objective;
import observatory.trainer.ModelSpec.Position;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same weights and batch in PyTorch: gradients, and the losses of twenty AdamW steps. Numbers by torch_golden.py.
 */
class TorchGoldenTest {
    private static final int BATCH = 3;

    private static final ModelSpec BASE = new ModelSpec(2, 3, 24, 10, 29, Norm.LAYERNORM);
    private static final ModelSpec RMS = new ModelSpec(2, 3, 24, 10, 29, Norm.RMSNORM);

    /** The variants of torch_golden.py, under their names there. */
    static Stream<Arguments> variants() {
        return Stream.of(
                Arguments.of("layernorm", BASE),
                Arguments.of("rmsnorm", RMS),
                Arguments.of("sinusoidal", BASE.with(Position.SINUSOIDAL)),
                Arguments.of("rotary", BASE.with(Position.ROTARY)),
                Arguments.of("alibi", BASE.with(Position.ALIBI)),
                Arguments.of("geglu", BASE.with(Activation.GEGLU)),
                Arguments.of("swiglu", BASE.with(Activation.SWIGLU)),
                Arguments.of("squared_relu", BASE.with(Activation.SQUARED_RELU)),
                Arguments.of("prefix", BASE.with(Objective.PREFIX)),
                Arguments.of("tied", BASE.withTied(true)),
                Arguments.of("qk_norm", BASE.withQkNorm(true)),
                Arguments.of("z_loss", BASE.withZLoss(0.01)),
                Arguments.of(
                        "everything",
                        RMS.with(Position.ROTARY)
                                .with(Activation.SWIGLU)
                                .with(Objective.PREFIX)
                                .withTied(true)
                                .withQkNorm(true)
                                .withZLoss(0.01)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void agreesWithPyTorch(String variant, ModelSpec spec) throws IOException {
        TokenBatch batch = Small.batch(spec, BATCH, 5);
        List<String[]> golden = golden(variant);
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        spec, Small.training(20, BATCH, Precision.FP32), Fault.NONE, Small.unwatched(), workers)) {
            Small.scatter(model);
            Map<String, Parameter> parameters = new HashMap<>();
            model.parameters().forEach(p -> parameters.put(p.gradientSite().layer() + "/" + p.name(), p));

            List<Double> losses = golden.stream()
                    .filter(line -> line[0].equals("loss"))
                    .map(line -> Double.valueOf(line[1]))
                    .toList();
            for (int step = 0; step < losses.size(); step++) {
                Outcome outcome = model.step(List.of(batch), Small.settings(step + 1, Precision.FP32, 1));
                double loss = Arrays.stream(outcome.losses()).average().orElseThrow();
                assertEquals(losses.get(step), loss, 1e-4 * losses.get(step), "loss of step " + step);
                if (step == 0) {
                    compareGradients(golden, parameters, outcome.gradientNorm());
                }
            }
        }
    }

    private static void compareGradients(
            List<String[]> golden, Map<String, Parameter> parameters, double gradientNorm) {
        int compared = 0;
        for (String[] line : golden) {
            if (line[0].equals("norm")) {
                assertEquals(Double.parseDouble(line[1]), gradientNorm, 1e-5 * gradientNorm, "global norm");
            }
            if (line[0].equals("gradient")) {
                Tensor gradient = parameters.get(line[1]).gradient();
                double norm = Double.parseDouble(line[2]);
                assertEquals(norm, TensorMoments.of(gradient).norm(), 1e-5 * norm, "norm of " + line[1]);
                assertEquals(Double.parseDouble(line[3]), gradient.get(0), 1e-5 * norm, "first of " + line[1]);
                assertEquals(
                        Double.parseDouble(line[4]),
                        gradient.get(gradient.size() / 2),
                        1e-5 * norm,
                        "middle of " + line[1]);
                compared++;
            }
        }
        assertEquals(parameters.size(), compared);
    }

    private static List<String[]> golden(String variant) throws IOException {
        String name = "torch-" + variant + ".txt";
        try (InputStream file = TorchGoldenTest.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" "))
                    .collect(Collectors.toList());
        }
    }
}
