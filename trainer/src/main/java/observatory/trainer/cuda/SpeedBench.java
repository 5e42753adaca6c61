package observatory.trainer.cuda;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import observatory.probe.Pack;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import org.apache.commons.math3.stat.StatUtils;

/** How fast GPT-2 124M trains on the device, and single steps of it for a profiler. */
final class SpeedBench {
    /** GPT-2 of 124 million weights, with its vocabulary padded to a multiple of 128, as llm.c trains it. */
    static final ModelSpec GPT2 = new ModelSpec(12, 12, 768, 1024, 50304, Norm.LAYERNORM).withTied(true);

    private static final int BATCH = 16;
    private static final int WARM_STEPS = 10;
    private static final int STEPS = 20;
    private static final int STEPS_A_ROUND = 10;

    private final LongSupplier nanos;
    private final Consumer<Measured> out;

    SpeedBench(LongSupplier nanos, Consumer<Measured> out) {
        this.nanos = nanos;
        this.out = out;
    }

    /**
     * Tokens a second and model FLOP utilisation at GPT-2 124M, unwatched.
     *
     * @param peakTeraflops of the device for the format; 989 for bf16 on an H100 or H200
     */
    void throughput(Precision precision, CudaModel.Products products, double peakTeraflops) {
        try (BenchRuns.OnCuda run = gpt2(precision, products, nanos)) {
            run.watch(Pack.OFF);
            seconds(run, WARM_STEPS);
            double[] seconds = new double[STEPS];
            for (int step = 0; step < STEPS; step++) {
                seconds[step] = seconds(run, 1);
            }
            double median = median(seconds);
            long tokens = (long) BATCH * GPT2.context();
            double flops = tokens * (6.0 * GPT2.parameters() + 6.0 * GPT2.layers() * GPT2.context() * GPT2.width());
            double utilisation = flops / median / (peakTeraflops * 1e12);
            out.accept(Measured.of(
                    "gpt2-124m " + precision.label() + " B=16 T=1024",
                    utilisation >= 0.3 || products == CudaModel.Products.OWN,
                    "backend",
                    run.model().label(),
                    "step_ms",
                    median * 1e3,
                    "deviation_ms",
                    deviation(seconds) * 1e3,
                    "tokens_per_second",
                    tokens / median,
                    "mfu",
                    utilisation));
        }
    }

    /**
     * Of each pack a usual step and a tenth one between marks, for a profiler that goes by them: {@code ncu
     * --profile-from-start off}.
     */
    void timeline() {
        try (BenchRuns.OnCuda run = gpt2(Precision.BF16, CudaModel.Products.FASTEST, nanos)) {
            for (Pack pack : new Pack[] {Pack.OFF, Pack.CONTINUOUS, Pack.PROFILE}) {
                run.watch(pack);
                seconds(run, 2 * STEPS_A_ROUND);
                double usual = marked(run);
                seconds(run, STEPS_A_ROUND - 2);
                double tenth = marked(run);
                out.accept(
                        Measured.only("steps with " + pack.label(), "usual_ms", usual * 1e3, "tenth_ms", tenth * 1e3));
            }
        }
    }

    private double marked(BenchRuns.OnCuda run) {
        Device.profiled(true);
        double seconds = seconds(run, 1);
        Device.profiled(false);
        return seconds;
    }

    /** A watched GPT-2 124M; closing it frees the device. */
    static BenchRuns.OnCuda gpt2(Precision precision, CudaModel.Products products, LongSupplier nanos) {
        TrainingSpec training = BenchRuns.training(1000, BATCH, precision);
        return new BenchRuns.OnCuda(GPT2, training, Pack.CONTINUOUS, products, nanos);
    }

    private double seconds(BenchRuns.OnCuda run, int count) {
        return run.seconds(count, nanos);
    }

    static double median(double[] values) {
        return StatUtils.percentile(values, 50);
    }

    private static double deviation(double[] values) {
        double middle = median(values);
        return median(Arrays.stream(values).map(v -> Math.abs(v - middle)).toArray());
    }
}
