package observatory.trainer.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import observatory.probe.Pack;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;

/** Whether training on the device comes to what the CPU comes to, and to the same bits again, watched or not. */
final class AgreementBench {
    private static final ModelSpec SMALL = new ModelSpec(4, 4, 256, 128, 512, Norm.LAYERNORM);
    /** Rotary positions, gated units, norms of queries and keys: what newer models have. */
    private static final ModelSpec MODERN = new ModelSpec(2, 4, 128, 128, 512, Norm.RMSNORM)
            .with(ModelSpec.Position.ROTARY)
            .with(ModelSpec.Activation.SWIGLU)
            .withQkNorm(true);

    private static final double HALF_TOLERANCE = 0.02;
    private static final int SEQUENCES = 8;
    private static final int CURVE_STEPS = 50;
    private static final double CURVE_TOLERANCE = 1e-4;

    private final LongSupplier nanos;
    private final Consumer<Measured> out;

    AgreementBench(LongSupplier nanos, Consumer<Measured> out) {
        this.nanos = nanos;
        this.out = out;
    }

    /** The losses of 50 steps beside those of the CPU. */
    void curve(ModelSpec spec, Precision precision, double tolerance) {
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, SEQUENCES, precision);
        double[] expected = BenchRuns.losses(spec, training, CURVE_STEPS);
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(spec, training, Pack.OFF, nanos)) {
            compare("curve against CPU " + precision.label(), spec, run, expected, tolerance);
        }
    }

    /** The same beside those of PyTorch, where this Python has it. */
    void torch(String python) {
        String name = "curve against PyTorch fp32";
        TorchCurve torch = new TorchCurve(python);
        Optional<String> missing = torch.missing();
        if (missing.isPresent()) {
            out.accept(new Measured(name, Map.of("reason", missing.get()), "skipped"));
            return;
        }
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, SEQUENCES, Precision.FP32);
        List<TokenBatch> batches = LongStream.rangeClosed(1, CURVE_STEPS)
                .mapToObj(step -> BenchRuns.batch(SMALL, SEQUENCES, step))
                .toList();
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(SMALL, training, Pack.OFF, nanos)) {
            double[] expected =
                    torch.losses(SMALL, BenchRuns.CONSTANTS, run.model().state(), batches);
            compare(name, SMALL, run, expected, CURVE_TOLERANCE);
        }
    }

    private void compare(String name, ModelSpec spec, BenchRuns.OnCuda run, double[] expected, double tolerance) {
        double worst = 0;
        double last = 0;
        for (double loss : expected) {
            last = BenchRuns.mean(run.step().losses());
            double away = Math.abs(last - loss);
            worst = away > worst || Double.isNaN(away) ? away : worst;
        }
        out.accept(Measured.of(
                name,
                worst <= tolerance && expected.length == CURVE_STEPS,
                "model",
                spec.label().replace(' ', '_'),
                "steps",
                expected.length,
                "first_loss",
                expected[0],
                "last_loss",
                last,
                "largest_difference",
                worst));
    }

    void curve() {
        curve(SMALL, Precision.FP32, CURVE_TOLERANCE);
        curve(MODERN, Precision.FP32, CURVE_TOLERANCE);
        curve(SMALL, Precision.BF16, HALF_TOLERANCE);
        curve(SMALL, Precision.FP16, HALF_TOLERANCE);
    }

    /**
     * Few steps of small models with everything on: every kernel is launched, for a memory or race checker to look at.
     */
    void everything() {
        for (Precision precision : Precision.values()) {
            for (CudaModel.Products products : CudaModel.Products.values()) {
                once(new ModelSpec(2, 2, 128, 96, 256, Norm.LAYERNORM), precision, products);
            }
            once(MODERN, precision, CudaModel.Products.OWN);
        }
    }

    /** The same in two configurations, for checkers that take minutes for all. */
    void some() {
        once(new ModelSpec(1, 2, 128, 64, 256, Norm.LAYERNORM), Precision.BF16, CudaModel.Products.OWN);
        once(MODERN, Precision.FP32, CudaModel.Products.OWN);
    }

    private void once(ModelSpec spec, Precision precision, CudaModel.Products products) {
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, 3, precision);
        double loss = Double.NaN;
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(spec, training, Pack.FORENSIC, products, nanos)) {
            for (int i = 0; i < 2; i++) {
                loss = BenchRuns.mean(run.step().losses());
            }
        }
        String name =
                "everything on " + precision.label() + " " + products.name().toLowerCase(Locale.ROOT);
        out.accept(Measured.of(name, Double.isFinite(loss), "loss", loss));
    }

    /** Two runs, and one that is watched, come to the same weights. */
    void repeats(Precision precision) {
        ModelSpec spec = SMALL;
        String plain = fingerprint(spec, precision, Pack.OFF);
        String again = fingerprint(spec, precision, Pack.OFF);
        String watched = fingerprint(spec, precision, Pack.CONTINUOUS);
        out.accept(Measured.of(
                "bit-identical " + precision.label(),
                plain.equals(again) && plain.equals(watched),
                "repeat",
                plain.equals(again),
                "watched",
                plain.equals(watched),
                "weights",
                plain.substring(0, 16)));
    }

    private String fingerprint(ModelSpec spec, Precision precision, Pack pack) {
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, SEQUENCES, precision);
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(spec, training, pack, nanos)) {
            for (int i = 0; i < CURVE_STEPS; i++) {
                run.step();
            }
            return run.model().fingerprint();
        }
    }
}
