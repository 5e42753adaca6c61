package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec;

/**
 * down · f(up · x), or down · (f(gates · x) ∘ values · x) where the units are gated: gates are the upper half of the
 * up-projection's rows, values the lower. Rows are tokens.
 */
final class Mlp {
    private final int layer;
    private final Operations ops;
    private final boolean gated;
    private final int units;
    private final Parameter upWeight; // (H, C), gated (2H, C)
    private final Parameter downWeight; // (C, H)
    private final Tensor up; // (B·T, H), what the activation reads
    private final Tensor values; // (B·T, H) where gated, else null
    private final Tensor hidden; // (B·T, H)

    Mlp(Arena arena, ModelSpec spec, int layer, int rows, Operations ops) {
        this.layer = layer;
        this.ops = ops;
        this.gated = spec.activation().gated();
        this.units = spec.hidden();
        this.upWeight = new Parameter(arena, new Parameter.Named(layer, "mlp.up"), spec.projected(), spec.width());
        this.downWeight = new Parameter(arena, new Parameter.Named(layer, "mlp.down"), spec.width(), units);
        this.up = Tensor.zeros(arena, rows, units);
        this.values = gated ? Tensor.zeros(arena, rows, units) : null;
        this.hidden = Tensor.zeros(arena, rows, units);
    }

    List<Parameter> parameters() {
        return List.of(upWeight, downWeight);
    }

    /** Sets y, (B·T, C), from x, (B·T, C). */
    void forward(Tensor x, Tensor y) {
        Tensor u = up.top(x.rows());
        Tensor h = hidden.top(x.rows());
        Measuring measuring = ops.lines().measuring(Hook.MLP_UP, layer, Linear.parts(u.rows()));
        ops.linear().forward(x, half(upWeight.working(), 0), u, measuring);
        ops.lines().pass(Hook.MLP_UP, layer, u, measuring);
        measuring = gated ? null : ops.lines().measuring(Hook.MLP_HIDDEN, layer, Workers.parts(h.size(), 1));
        ops.activation().forward(u, h, measuring);
        if (gated) {
            Tensor v = values.top(x.rows());
            ops.linear().forward(x, half(upWeight.working(), 1), v);
            ops.rounding().round(v);
            ops.elementwise().multiply(h, v, h);
        }
        ops.lines().pass(Hook.MLP_HIDDEN, layer, h, measuring);
        measuring = ops.lines().measuring(Hook.MLP_OUT, layer, Linear.parts(y.rows()));
        ops.linear().forward(h, downWeight.working(), y, measuring);
        ops.lines().pass(Hook.MLP_OUT, layer, y, measuring);
    }

    /** From dy, (B·T, C), and the x of the forward pass sets dx, (B·T, C), and adds to the kept weight gradients. */
    void backward(Tensor dy, Tensor x, float keep, Tensor dx) {
        Tensor u = up.top(x.rows());
        Tensor d = ops.wide().top(x.rows());
        ops.linear().backwardWeight(dy, hidden.top(x.rows()), keep, downWeight.gradient());
        ops.linear().backwardInput(dy, downWeight.working(), 0, d);
        ops.rounding().round(d);
        if (gated) {
            backwardValues(d, x, keep, dx);
        }
        ops.activation().backward(d, u, d);
        ops.rounding().round(d);
        ops.linear().backwardWeight(d, x, keep, half(upWeight.gradient(), 0));
        ops.linear().backwardInput(d, half(upWeight.working(), 0), gated ? 1 : 0, dx);
        ops.rounding().round(dx);
    }

    /** Through the values, which sets dx; and turns d, the gradient of the hidden units, into that of f(gates). */
    private void backwardValues(Tensor d, Tensor x, float keep, Tensor dx) {
        Tensor dValues = ops.wideToo().top(x.rows());
        ops.activation().forward(up.top(x.rows()), dValues);
        ops.elementwise().multiply(dValues, d, dValues);
        ops.rounding().round(dValues);
        ops.elementwise().multiply(d, values.top(x.rows()), d);
        ops.linear().backwardWeight(dValues, x, keep, half(upWeight.gradient(), 1));
        ops.linear().backwardInput(dValues, half(upWeight.working(), 1), 0, dx);
    }

    /** The rows of the gates, or of the values. */
    private Tensor half(Tensor both, int which) {
        return both.rows() == units ? both : both.band(which * units, units);
    }
}
