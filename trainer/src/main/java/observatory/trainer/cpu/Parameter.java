package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.Precision;

/**
 * A trained tensor with all that belongs to it: the fp32 weight, the working copy the passes read, which is the weight
 * itself in fp32, its gradient and Adam's two moments.
 */
record Parameter(
        Site gradientSite,
        Site updateSite,
        Tensor weight,
        Tensor working,
        Tensor gradient,
        Tensor first,
        Tensor second) {

    static Parameter zeros(Arena arena, Precision precision, Named named, int rows, int columns) {
        Tensor weight = Tensor.zeros(arena, rows, columns);
        return new Parameter(
                new Site(Hook.GRADIENT, named.layer, named.name),
                new Site(Hook.UPDATE, named.layer, named.name),
                weight,
                precision == Precision.FP32 ? weight : Tensor.zeros(arena, rows, columns),
                Tensor.zeros(arena, rows, columns),
                Tensor.zeros(arena, rows, columns),
                Tensor.zeros(arena, rows, columns));
    }

    /** A parameter's name within its layer. */
    record Named(int layer, String name) {}

    /** Gains and biases are one row; weight decay is for matrices. */
    boolean matrix() {
        return weight.rows() > 1;
    }

    String name() {
        return gradientSite.parameter();
    }
}
