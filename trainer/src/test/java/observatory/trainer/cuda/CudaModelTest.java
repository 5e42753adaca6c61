package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Pack;
import observatory.probe.builtin.Probes;
import observatory.trainer.Batching;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole model on emulated kernels, through the CUDA binding, trains and tells as the CPU's does. */
class CudaModelTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 32, 16, 256, Norm.LAYERNORM);

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    /** What the kernels support of what a model can be. */
    static Stream<ModelSpec> specs() {
        return Stream.of(
                SPEC,
                new ModelSpec(2, 2, 20, 12, 256, Norm.RMSNORM)
                        .with(ModelSpec.Position.ALIBI)
                        .with(ModelSpec.Activation.SQUARED_RELU)
                        .withTied(true)
                        .withZLoss(1e-3),
                new ModelSpec(1, 2, 32, 12, 256, Norm.LAYERNORM)
                        .with(ModelSpec.Position.SINUSOIDAL)
                        .with(ModelSpec.Objective.PREFIX),
                new ModelSpec(1, 2, 32, 12, 256, Norm.RMSNORM)
                        .with(ModelSpec.Position.ROTARY)
                        .with(ModelSpec.Activation.SWIGLU)
                        .withQkNorm(true),
                new ModelSpec(1, 2, 24, 12, 256, Norm.LAYERNORM).with(ModelSpec.Activation.GEGLU));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void lossesAndGradientNormsAreThoseOfTheCpu(ModelSpec spec) {
        try (Twins twins = new Twins(spec, training(3, 2, Precision.FP32), Fault.NONE, List.of())) {
            compare(twins, 1e-5);
        }
    }

    @Test
    void gradientsAreAccumulatedOverPasses() {
        TrainingSpec training =
                training(2, 3, Precision.FP32).with(Batching.of(3).withMicro(2));
        try (Twins twins = new Twins(SPEC, training, Fault.NONE, List.of())) {
            compare(twins, 1e-5);
        }
    }

    @Test
    void halfPrecisionFollowsTheCpusEmulationOfIt() {
        for (Precision precision : List.of(Precision.BF16, Precision.FP16)) {
            ModelSpec spec = new ModelSpec(1, 1, 32, 16, 256, Norm.LAYERNORM);
            try (Twins twins = new Twins(spec, training(2, 2, precision), Fault.NONE, List.of())) {
                compare(twins, 0.02);
            }
        }
    }

    @Test
    void everyProbeOfEveryPackTellsWhatItTellsOnTheCpu() {
        try (Twins twins = new Twins(SPEC, training(2, 2, Precision.FP32), Fault.NONE, Probes.of(Pack.FORENSIC))) {
            while (!twins.done()) {
                twins.stepCpu();
                twins.stepCuda();
            }
            twins.settle();
            for (int step = 0; step < twins.onCpu.size(); step++) {
                agree(values(twins.onCpu.get(step)), values(twins.onCuda.get(step)));
            }
        }
    }

    @Test
    void anotherFormatIsRefusedBeforeItIsAskedOfAStep() {
        try (Twins twins = new Twins(SPEC, training(1, 1, Precision.FP32), Fault.NONE, List.of())) {
            assertTrue(twins.cuda.refuses(Precision.FP32).isEmpty());
            String said = twins.cuda.refuses(Precision.BF16).orElseThrow();
            assertTrue(said.contains("format=fp32, asked=bf16") && said.contains("--precision bf16"), said);
            assertTrue(twins.cpu.refuses(Precision.BF16).isEmpty());
        }
    }

    private static void agree(Map<String, Double> expected, Map<String, Double> got) {
        TreeSet<String> missing = new TreeSet<>(expected.keySet());
        missing.removeAll(got.keySet());
        TreeSet<String> unexpected = new TreeSet<>(got.keySet());
        unexpected.removeAll(expected.keySet());
        assertEquals("[] []", missing + " " + unexpected, "samples missing, and unexpected");
        expected.forEach((name, value) -> {
            double tolerance = 2e-3 * Math.max(Math.abs(value), 1e-3) + ofRounding(name, expected);
            assertEquals(value, got.get(name), tolerance, name);
        });
    }

    /**
     * What the rounding of a tensor's elements leaves of what it does not average out: a sum in which they cancel, and the
     * binade of the smallest, for which other processors multiply matrices otherwise.
     */
    private static double ofRounding(String name, Map<String, Double> expected) {
        if (name.startsWith("exponent_span at ")) {
            return 2;
        }
        if (!name.startsWith("sum at ")) {
            return 0;
        }
        String site = name.substring("sum".length());
        return 1e-6 * expected.get("rms" + site) * Math.sqrt(expected.get("elements" + site));
    }

    /** Every sample of a frame by metric and site. */
    private static Map<String, Double> values(Frame frame) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Column column : frame.sites().columns()) {
            for (int i = 0; i < column.values().length; i++) {
                String site = frame.sites().sites().get(column.at()[i]).label();
                values.put(column.metric() + " at " + site, column.values()[i]);
            }
        }
        return values;
    }

    private static void compare(Twins twins, double tolerance) {
        while (!twins.done()) {
            Trainer.Result expected = twins.stepCpu();
            Trainer.Result got = twins.stepCuda();
            assertEquals(expected.loss(), got.loss(), tolerance, "loss of step " + expected.step());
            assertEquals(
                    expected.gradientNorm(),
                    got.gradientNorm(),
                    10 * tolerance * expected.gradientNorm(),
                    "gradient norm of step " + expected.step());
            assertTrue(!got.skipped());
        }
    }

    private static TrainingSpec training(int steps, int batch, Precision precision) {
        return new TrainingSpec(steps, batch, 1e-3, 2, 1.0, precision, 7);
    }
}
