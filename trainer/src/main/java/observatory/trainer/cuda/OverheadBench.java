package observatory.trainer.cuda;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
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
import observatory.trainer.Precision;

/** What watching GPT-2 124M on the device costs. */
final class OverheadBench {
    private static final int ROUNDS = 20;
    private static final int STEPS_A_ROUND = 10;

    private final LongSupplier nanos;
    private final Consumer<Measured> out;

    OverheadBench(LongSupplier nanos, Consumer<Measured> out) {
        this.nanos = nanos;
        this.out = out;
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
        try (BenchRuns.OnCuda run = SpeedBench.gpt2(precision, CudaModel.Products.FASTEST, nanos)) {
            for (Watching watching : all) {
                run.watch(watching.questions());
                run.seconds(2 * STEPS_A_ROUND, nanos);
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
                    usual[i][round] = SpeedBench.median(single);
                    slowest[i][round] = Arrays.stream(single).max().orElseThrow();
                }
            }
            double off = SpeedBench.median(seconds[0]);
            for (int i = 1; i < all.size(); i++) {
                Watching watching = all.get(i);
                double overhead = SpeedBench.median(seconds[i]) / off - 1;
                Object[] numbers = {
                    "off_ms", off * 1e3,
                    "step_ms", SpeedBench.median(seconds[i]) * 1e3,
                    "usual_step_ms", SpeedBench.median(usual[i]) * 1e3,
                    "tenth_step_ms", SpeedBench.median(slowest[i]) * 1e3,
                    "frames_lost", run.lost(),
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
     * The times of the steps of a round; each tenth step looks at more. Steps are read beside later ones, so those
     * before the round are read before it.
     */
    private double[] singleSteps(BenchRuns.OnCuda run) {
        run.settle();
        double[] seconds = new double[STEPS_A_ROUND];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = run.seconds(1, nanos);
        }
        return seconds;
    }
}
