package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;

/**
 * One layer: x + attention(norm(x)), then that + mlp(norm(that)). Keeps what its backward pass needs.
 * Rows are tokens, B·T of them.
 */
final class Block {
    private final int layer;
    private final Operations ops;

    private final Parameter qkvWeight; // (3C, C)
    private final Parameter outWeight; // (C, C)
    private final Parameter upWeight; // (4C, C)
    private final Parameter downWeight; // (C, 4C)
    private final NormParameters attentionNorm;
    private final NormParameters mlpNorm;

    private final Normalise normaliseAttention;
    private final Normalise normaliseMlp;
    private final Attention attention;

    private Tensor input; // (B·T, C), the residual stream as it came
    private final Tensor attentionInput; // (B·T, C)
    private final Tensor qkv; // (B·T, 3C)
    private final Tensor mixed; // (B·T, C)
    private final Tensor middle; // (B·T, C)
    private final Tensor mlpInput; // (B·T, C)
    private final Tensor up; // (B·T, 4C)
    private final Tensor hidden; // (B·T, 4C)
    private final Tensor output; // (B·T, C)

    Block(Arena arena, ModelSpec spec, Precision precision, int layer, int batch, Operations ops) {
        int c = spec.width();
        int rows = batch * spec.context();
        this.layer = layer;
        this.ops = ops;
        this.attentionNorm = NormParameters.of(arena, spec, precision, layer, "attention.norm");
        this.qkvWeight = parameter(arena, precision, "attention.qkv", 3 * c, c);
        this.outWeight = parameter(arena, precision, "attention.out", c, c);
        this.mlpNorm = NormParameters.of(arena, spec, precision, layer, "mlp.norm");
        this.upWeight = parameter(arena, precision, "mlp.up", spec.hidden(), c);
        this.downWeight = parameter(arena, precision, "mlp.down", c, spec.hidden());
        this.normaliseAttention = attentionNorm.operation(ops.workers(), arena, spec.norm(), rows);
        this.normaliseMlp = mlpNorm.operation(ops.workers(), arena, spec.norm(), rows);
        this.attention = new Attention(ops.workers(), arena, spec, batch, ops.scores());
        this.attentionInput = Tensor.zeros(arena, rows, c);
        this.qkv = Tensor.zeros(arena, rows, 3 * c);
        this.mixed = Tensor.zeros(arena, rows, c);
        this.middle = Tensor.zeros(arena, rows, c);
        this.mlpInput = Tensor.zeros(arena, rows, c);
        this.up = Tensor.zeros(arena, rows, spec.hidden());
        this.hidden = Tensor.zeros(arena, rows, spec.hidden());
        this.output = Tensor.zeros(arena, rows, c);
    }

    private Parameter parameter(Arena arena, Precision precision, String name, int rows, int columns) {
        return Parameter.zeros(arena, precision, new Parameter.Named(layer, name), rows, columns);
    }

    /** In the order in which the forward pass reads them. */
    List<Parameter> parameters() {
        return java.util.stream.Stream.of(
                        attentionNorm.all(),
                        List.of(qkvWeight, outWeight),
                        mlpNorm.all(),
                        List.of(upWeight, downWeight))
                .flatMap(List::stream)
                .toList();
    }

    /** Takes the residual stream, (B·T, C), and returns it one layer on. */
    Tensor forward(Tensor x) {
        HookLines lines = ops.lines();
        Tensor narrow = ops.narrow();
        input = x;

        normaliseAttention.forward(x, attentionInput);
        lines.pass(Hook.ATTENTION_NORM, layer, attentionInput);
        ops.linear().forward(attentionInput, qkvWeight.working(), qkv);
        lines.pass(Hook.QKV, layer, qkv);
        attention.forward(qkv, mixed);
        ops.rounding().round(mixed);
        ops.linear().forward(mixed, outWeight.working(), narrow);
        lines.pass(Hook.ATTENTION_OUT, layer, narrow);
        ops.elementwise().add(x, narrow, middle);
        lines.pass(Hook.RESIDUAL_MID, layer, middle);

        normaliseMlp.forward(middle, mlpInput);
        lines.pass(Hook.MLP_NORM, layer, mlpInput);
        ops.linear().forward(mlpInput, upWeight.working(), up);
        ops.rounding().round(up);
        ops.gelu().forward(up, hidden);
        lines.pass(Hook.MLP_HIDDEN, layer, hidden);
        ops.linear().forward(hidden, downWeight.working(), narrow);
        lines.pass(Hook.MLP_OUT, layer, narrow);
        ops.elementwise().add(middle, narrow, output);
        lines.pass(Hook.RESIDUAL, layer, output);
        return output;
    }

    /** Takes the gradient of this layer's output, (B·T, C), and turns it in place into that of its input. */
    void backward(Tensor d) {
        Tensor narrow = ops.narrow();
        Tensor wide = ops.wide();
        Tensor triple = ops.triple();

        ops.linear().backwardWeight(d, hidden, downWeight.gradient());
        ops.linear().backwardInput(d, downWeight.working(), wide);
        ops.rounding().round(wide);
        ops.gelu().backward(wide, up, wide);
        ops.rounding().round(wide);
        ops.linear().backwardWeight(wide, mlpInput, upWeight.gradient());
        ops.linear().backwardInput(wide, upWeight.working(), narrow);
        ops.rounding().round(narrow);
        normaliseMlp.backward(narrow, middle, d);
        ops.rounding().round(d);

        ops.linear().backwardWeight(d, mixed, outWeight.gradient());
        ops.linear().backwardInput(d, outWeight.working(), narrow);
        ops.rounding().round(narrow);
        attention.backward(narrow, qkv, triple);
        ops.rounding().round(triple);
        ops.linear().backwardWeight(triple, attentionInput, qkvWeight.gradient());
        ops.linear().backwardInput(triple, qkvWeight.working(), narrow);
        ops.rounding().round(narrow);
        normaliseAttention.backward(narrow, input, d);
        ops.lines().pass(Hook.RESIDUAL_GRADIENT, layer, d);
    }
}
