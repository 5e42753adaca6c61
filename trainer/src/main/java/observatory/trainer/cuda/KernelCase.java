package observatory.trainer.cuda;

import java.util.List;
import java.util.stream.Stream;
import observatory.trainer.Precision;

/**
 * One kernel, or a forward and backward pair, on fresh random input of odd sizes, beside a plain computation in double.
 * The same table is run on emulated kernels in tests and on devices by the benchmark.
 *
 * @param body runs the kernel in a rig and returns the largest difference from the reference, over its largest value
 */
public record KernelCase(String name, Body body) {

    /** The run of a case. */
    interface Body {
        double run(KernelRig rig);
    }

    @Override
    public String toString() {
        return name;
    }

    /** How far a format may be away: the last places of its mantissa, and what sums of a hundred elements add. */
    static double tolerance(Precision precision) {
        return switch (precision) {
            case FP32 -> 2e-5;
            case BF16 -> 2e-2;
            case FP16 -> 3e-3;
        };
    }

    /** All cases. */
    static List<KernelCase> all() {
        return Stream.of(
                        StatisticsCases.all(),
                        EmbeddingCases.all(),
                        LayerCases.all(),
                        HeadCases.all(),
                        AttentionCases.all(),
                        ActivationCases.all(),
                        LossCases.all(),
                        MeasuredCases.all(),
                        OptimizerCases.all(),
                        DamageCases.all())
                .flatMap(List::stream)
                .toList();
    }

    /** Runs the case in a format; fails where a guard was touched, or a difference is too large or no number. */
    Measured run(Precision precision) {
        try (KernelRig rig = new KernelRig(precision)) {
            double difference = body.run(rig);
            boolean guarded = rig.guardsHold();
            return Measured.of(
                    name + " " + precision.label(),
                    guarded && difference <= tolerance(precision),
                    "difference",
                    difference,
                    "guards",
                    guarded);
        }
    }

    /** Largest difference over the largest magnitude expected; infinite where one is a number and the other is not. */
    static double difference(double[] expected, float[] got) {
        double largest = 1e-30;
        double away = 0;
        for (int i = 0; i < expected.length; i++) {
            boolean both = Double.isFinite(expected[i]) && Float.isFinite(got[i]);
            if (!both && !(Double.isNaN(expected[i]) && Float.isNaN(got[i])) && expected[i] != got[i]) {
                return Double.POSITIVE_INFINITY;
            }
            if (both) {
                largest = Math.max(largest, Math.abs(expected[i]));
                away = Math.max(away, Math.abs(expected[i] - got[i]));
            }
        }
        return away / largest;
    }
}
