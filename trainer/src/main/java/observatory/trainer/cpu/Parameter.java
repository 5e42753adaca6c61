package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.Precision;

/**
 * A trained tensor with all that belongs to it: the fp32 weight, the working copy the passes read, which is the weight
 * itself in fp32, its gradient and Adam's two moments.
 */
final class Parameter {
    private final Arena arena;
    private final Site gradientSite;
    private final Tensor weight;
    private final Tensor gradient;
    private final Tensor first;
    private final Tensor second;
    private Tensor rounded;
    private Tensor working;

    Parameter(Arena arena, Named named, int rows, int columns) {
        this.arena = arena;
        this.gradientSite = new Site(Hook.GRADIENT, named.layer, named.name);
        this.weight = Tensor.zeros(arena, rows, columns);
        this.gradient = Tensor.zeros(arena, rows, columns);
        this.first = Tensor.zeros(arena, rows, columns);
        this.second = Tensor.zeros(arena, rows, columns);
        this.working = weight;
    }

    /** A parameter's name within its layer. */
    record Named(int layer, String name) {}

    /** Makes the working copy what the passes of this format read: the weight itself, or the weight rounded. */
    void refresh(Rounding rounding) {
        if (rounding.precision() == Precision.FP32) {
            working = weight;
            return;
        }
        if (rounded == null) {
            rounded = Tensor.zeros(arena, weight.rows(), weight.columns());
        }
        working = rounded;
        working.copyFrom(weight);
        rounding.round(working);
    }

    /** Gains and biases are one row; weight decay is for matrices. */
    boolean matrix() {
        return weight.rows() > 1;
    }

    String name() {
        return gradientSite.parameter();
    }

    /** Name in checkpoints: {@code layers.0.attention.qkv}, or {@code embedding.token}. */
    String path() {
        return gradientSite.layer() == Site.NO_LAYER ? name() : "layers." + gradientSite.layer() + "." + name();
    }

    /** Where this parameter is seen at a hook. */
    Site site(Hook hook) {
        return new Site(hook, gradientSite.layer(), gradientSite.parameter());
    }

    Site gradientSite() {
        return gradientSite;
    }

    Tensor weight() {
        return weight;
    }

    Tensor working() {
        return working;
    }

    Tensor gradient() {
        return gradient;
    }

    Tensor first() {
        return first;
    }

    Tensor second() {
        return second;
    }
}
