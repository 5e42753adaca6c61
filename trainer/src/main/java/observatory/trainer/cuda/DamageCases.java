package observatory.trainer.cuda;

import java.util.Arrays;
import java.util.List;

/** Planned faults beside the plain loop; to the last bit. */
final class DamageCases {
    private DamageCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("a tensor scaled", DamageCases::scaled),
                new KernelCase("an element set", DamageCases::set));
    }

    private static double scaled(KernelRig rig) {
        double worst = 0;
        for (int n : new int[] {1, 300, 9011}) {
            float[] x = rig.drawn(n, 1);
            StatisticsCases.spoil(x);
            x = rig.rounded(x);
            long at = rig.elements(x);
            rig.ops.damage().scaleAll(at, n, 3.7f);
            for (int i = 0; i < n; i++) {
                x[i] *= 3.7f;
            }
            worst = Math.max(worst, same(rig, rig.rounded(x), at));
        }
        return worst;
    }

    private static double set(KernelRig rig) {
        float[] x = rig.drawn(300, 2);
        long at = rig.elements(x);
        rig.ops.damage().setElement(at, 150, Float.NaN);
        rig.ops.damage().setElement(at, 299, 0.3f);
        x[150] = Float.NaN;
        x[299] = 0.3f;
        return same(rig, rig.rounded(x), at);
    }

    private static double same(KernelRig rig, float[] expected, long at) {
        return Arrays.equals(expected, rig.readElements(at, expected.length)) ? 0 : Double.POSITIVE_INFINITY;
    }
}
