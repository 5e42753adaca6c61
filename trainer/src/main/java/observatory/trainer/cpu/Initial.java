package observatory.trainer.cpu;

import java.util.List;
import observatory.trainer.SplitMix;

/** GPT-2's initial weights: normal with deviation 0.02, and what writes into the residual stream divided by √(2 · layers). */
final class Initial {
    private static final double DEVIATION = 0.02;

    private Initial() {}

    static void fill(List<Parameter> parameters, int layers, long seed) {
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            if (!parameter.matrix()) {
                continue;
            }
            String name = parameter.name();
            boolean writesResidual = name.equals("attention.out") || name.equals("mlp.down");
            double deviation = writesResidual ? DEVIATION / Math.sqrt(2.0 * layers) : DEVIATION;
            for (long i = 0; i < parameter.weight().size(); i++) {
                parameter.weight().set(i, (float) (deviation * SplitMix.gaussian(seed + 31L * (p + 1), i)));
            }
        }
    }
}
