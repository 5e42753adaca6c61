package observatory.trainer.cuda;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import observatory.probe.Hook;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.Schedule;
import observatory.probe.builtin.ActivationScale;
import observatory.probe.builtin.GradientNorm;
import observatory.probe.builtin.LogZ;
import observatory.probe.builtin.NonFinite;
import observatory.probe.builtin.Probes;
import observatory.probe.builtin.UpdateRatio;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;

/** How fast a model trains on the device, what watching it costs, and whether it comes to the same bits again. */
final class TrainingBench {
    /** GPT-2 of 124 million weights, with its vocabulary padded to a multiple of 128, as llm.c trains it. */
    static final ModelSpec GPT2 = new ModelSpec(12, 12, 768, 1024, 50304, Norm.LAYERNORM).withTied(true);

    private static final ModelSpec SMALL = new ModelSpec(4, 4, 256, 128, 512, Norm.LAYERNORM);
    /** Rotary positions, gated units, norms of queries and keys: what newer models have. */
    private static final ModelSpec MODERN = new ModelSpec(2, 4, 128, 128, 512, Norm.RMSNORM)
            .with(ModelSpec.Position.ROTARY)
            .with(ModelSpec.Activation.SWIGLU)
            .withQkNorm(true);

    private static final double HALF_TOLERANCE = 0.02;
    private static final int BATCH = 16;
    private static final int CURVE_STEPS = 50;
    private static final double CURVE_TOLERANCE = 1e-4;
    private static final int WARM_STEPS = 10;
    private static final int ROUNDS = 20;
    private static final int STEPS_A_ROUND = 10;

    private final LongSupplier nanos;
    private final Consumer<Measured> out;

    TrainingBench(LongSupplier nanos, Consumer<Measured> out) {
        this.nanos = nanos;
        this.out = out;
    }

    /** The losses of 50 steps beside those of the CPU. */
    void curve(ModelSpec spec, Precision precision, double tolerance) {
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, 8, precision);
        double[] expected = BenchRuns.losses(spec, training, CURVE_STEPS);
        double worst = 0;
        double last = 0;
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(spec, training, Pack.OFF, nanos)) {
            for (double loss : expected) {
                last = BenchRuns.mean(run.step().losses());
                double away = Math.abs(last - loss);
                worst = away > worst || Double.isNaN(away) ? away : worst;
            }
        }
        out.accept(Measured.of(
                "curve against CPU " + precision.label(),
                worst <= tolerance,
                "model",
                spec.label().replace(' ', '_'),
                "steps",
                CURVE_STEPS,
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

    /** Few steps of small models with everything on: every kernel is launched, for a memory or race checker to look at. */
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
        TrainingSpec training = BenchRuns.training(CURVE_STEPS, 8, precision);
        try (BenchRuns.OnCuda run = new BenchRuns.OnCuda(spec, training, pack, nanos)) {
            for (int i = 0; i < CURVE_STEPS; i++) {
                run.step();
            }
            return run.model().fingerprint();
        }
    }

    /**
     * Tokens a second and model FLOP utilisation at GPT-2 124M, unwatched.
     *
     * @param peakTeraflops of the device for the format; 989 for bf16 on an H100 or H200
     */
    void throughput(Precision precision, CudaModel.Products products, double peakTeraflops) {
        try (BenchRuns.OnCuda run = gpt2(precision, products)) {
            run.watch(Pack.OFF);
            steps(run, WARM_STEPS);
            double[] seconds = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                seconds[round] = steps(run, 1);
            }
            double step = median(seconds);
            long tokens = (long) BATCH * GPT2.context();
            double flops = tokens * (6.0 * GPT2.parameters() + 6.0 * GPT2.layers() * GPT2.context() * GPT2.width());
            double utilisation = flops / step / (peakTeraflops * 1e12);
            out.accept(Measured.of(
                    "gpt2-124m " + precision.label() + " B=16 T=1024",
                    utilisation >= 0.3 || products == CudaModel.Products.OWN,
                    "backend",
                    run.model().label(),
                    "step_ms",
                    step * 1e3,
                    "deviation_ms",
                    deviation(seconds) * 1e3,
                    "tokens_per_second",
                    tokens / step,
                    "mfu",
                    utilisation));
        }
    }

    /** What is watched, and the share of the step that it may cost; not a number where nothing is promised. */
    private record Watching(String name, List<? extends Question> questions, double promised) {}

    private static List<Watching> watchings() {
        Set<Hook> tensors = EnumSet.of(Hook.LOGITS_GRADIENT, Hook.RESIDUAL_GRADIENT);
        EnumSet.allOf(Hook.class).stream().filter(Hook::activation).forEach(tensors::add);
        Schedule always = Schedule.everyStep();
        return List.of(
                new Watching("off", List.of(), Double.NaN),
                new Watching(
                        "the residual stream, every step",
                        List.of(new ActivationScale(Set.of(Hook.RESIDUAL), always)),
                        0.005),
                new Watching(
                        "every hook and layer, every step",
                        List.of(
                                new NonFinite(tensors, Schedule.always()),
                                new ActivationScale(tensors, always),
                                new LogZ(always),
                                new GradientNorm(always),
                                new UpdateRatio(always)),
                        0.02),
                new Watching("continuous", Probes.of(Pack.CONTINUOUS), 0.02),
                new Watching("profile", Probes.of(Pack.PROFILE), Double.NaN));
    }

    /** What watching costs at GPT-2 124M: rounds of steps with and without it take turns, and medians are compared. */
    void overhead(Precision precision) {
        List<Watching> all = watchings();
        try (BenchRuns.OnCuda run = gpt2(precision, CudaModel.Products.FASTEST)) {
            for (Watching watching : all) {
                run.watch(watching.questions());
                steps(run, 2 * STEPS_A_ROUND);
            }
            double[][] seconds = new double[all.size()][ROUNDS];
            double[][] usual = new double[all.size()][ROUNDS];
            double[][] slowest = new double[all.size()][ROUNDS];
            int recorded = run.model().recorded();
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < all.size(); i++) {
                    run.watch(all.get(i).questions());
                    double[] single = singleSteps(run);
                    seconds[i][round] = BenchRuns.mean(single);
                    usual[i][round] = median(single);
                    slowest[i][round] = Arrays.stream(single).max().orElseThrow();
                }
            }
            double off = median(seconds[0]);
            for (int i = 1; i < all.size(); i++) {
                Watching watching = all.get(i);
                double overhead = median(seconds[i]) / off - 1;
                Object[] numbers = {
                    "off_ms", off * 1e3,
                    "step_ms", median(seconds[i]) * 1e3,
                    "usual_step_ms", median(usual[i]) * 1e3,
                    "tenth_step_ms", median(slowest[i]) * 1e3,
                    "recorded_meanwhile", run.model().recorded() - recorded,
                    "overhead", overhead
                };
                String name = "overhead of " + watching.name();
                out.accept(
                        Double.isNaN(watching.promised())
                                ? Measured.only(name, numbers)
                                : Measured.of(name, overhead <= watching.promised(), numbers));
            }
        }
    }

    /**
     * Of each pack a usual step and a tenth one between marks, for a profiler that goes by them: {@code ncu
     * --profile-from-start off}.
     */
    void timeline() {
        try (BenchRuns.OnCuda run = gpt2(Precision.BF16, CudaModel.Products.FASTEST)) {
            for (Pack pack : new Pack[] {Pack.OFF, Pack.CONTINUOUS, Pack.PROFILE}) {
                run.watch(pack);
                steps(run, 2 * STEPS_A_ROUND);
                double usual = marked(run);
                steps(run, STEPS_A_ROUND - 2);
                double tenth = marked(run);
                out.accept(
                        Measured.only("steps with " + pack.label(), "usual_ms", usual * 1e3, "tenth_ms", tenth * 1e3));
            }
        }
    }

    private double marked(BenchRuns.OnCuda run) {
        Device.profiled(true);
        double seconds = steps(run, 1);
        Device.profiled(false);
        return seconds;
    }

    private BenchRuns.OnCuda gpt2(Precision precision, CudaModel.Products products) {
        TrainingSpec training = BenchRuns.training(1000, BATCH, precision);
        return new BenchRuns.OnCuda(GPT2, training, Pack.CONTINUOUS, products, nanos);
    }

    /**
     * The times of the steps of a round; each tenth step looks at more. A step is read while the next one runs, so the step
     * before the round is read before it.
     */
    private double[] singleSteps(BenchRuns.OnCuda run) {
        run.settle();
        double[] seconds = new double[STEPS_A_ROUND];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = steps(run, 1);
        }
        return seconds;
    }

    private double steps(BenchRuns.OnCuda run, int count) {
        long began = nanos.getAsLong();
        for (int i = 0; i < count; i++) {
            run.step();
        }
        return (nanos.getAsLong() - began) / 1e9;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double deviation(double[] values) {
        double middle = median(values);
        return median(Arrays.stream(values).map(v -> Math.abs(v - middle)).toArray());
    }
}
