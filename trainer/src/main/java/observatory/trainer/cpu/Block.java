package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/**
 * One layer: x + attention(norm(x)), then that + mlp(norm(that)). Keeps what its backward pass needs.
 * Rows are tokens, B·T of them.
 */
final class Block {
    private final int layer;
    private final Operations ops;
    private final NormParameters attentionNorm;
    private final NormParameters mlpNorm;
    private final Normalise normaliseAttention;
    private final Normalise normaliseMlp;
    private final SelfAttention attention;
    private final Mlp mlp;

    private Tensor input; // (B·T, C), the residual stream as it came
    private final Tensor attentionInput; // (B·T, C)
    private final Tensor middle; // (B·T, C)
    private final Tensor mlpInput; // (B·T, C)
    private final Tensor output; // (B·T, C)

    Block(Arena arena, ModelSpec spec, int layer, int sequences, Operations ops) {
        int c = spec.width();
        int rows = sequences * spec.context();
        this.layer = layer;
        this.ops = ops;
        this.attentionNorm = NormParameters.of(arena, spec, layer, "attention.norm");
        this.attention = new SelfAttention(arena, spec, layer, sequences, ops);
        this.mlpNorm = NormParameters.of(arena, spec, layer, "mlp.norm");
        this.mlp = new Mlp(arena, spec, layer, rows, ops);
        this.normaliseAttention = attentionNorm.operation(ops.workers(), arena, spec.norm(), rows);
        this.normaliseMlp = mlpNorm.operation(ops.workers(), arena, spec.norm(), rows);
        this.attentionInput = Tensor.zeros(arena, rows, c);
        this.middle = Tensor.zeros(arena, rows, c);
        this.mlpInput = Tensor.zeros(arena, rows, c);
        this.output = Tensor.zeros(arena, rows, c);
    }

    /** In the order in which the forward pass reads them. */
    List<Parameter> parameters() {
        return Stream.of(attentionNorm.all(), attention.parameters(), mlpNorm.all(), mlp.parameters())
                .flatMap(List::stream)
                .toList();
    }

    /** Takes the residual stream, (B·T, C), and returns it one layer on. */
    Tensor forward(Tensor x, TokenBatch batch) {
        HookLines lines = ops.lines();
        Tensor narrow = ops.narrow().top(x.rows());
        Tensor mid = middle.top(x.rows());
        Tensor out = output.top(x.rows());
        input = x;

        Tensor normal = attentionInput.top(x.rows());
        Measuring measuring = lines.measuring(Hook.ATTENTION_NORM, layer, Workers.parts(x.rows(), x.columns()));
        normaliseAttention.forward(x, normal, measuring);
        lines.pass(Hook.ATTENTION_NORM, layer, normal, measuring);
        attention.forward(normal, batch, narrow);
        measuring = lines.measuring(Hook.RESIDUAL_MID, layer, Workers.parts(mid.rows(), mid.columns()));
        ops.elementwise().add(x, narrow, mid, measuring);
        lines.pass(Hook.RESIDUAL_MID, layer, mid, measuring);

        normal = mlpInput.top(x.rows());
        measuring = lines.measuring(Hook.MLP_NORM, layer, Workers.parts(mid.rows(), mid.columns()));
        normaliseMlp.forward(mid, normal, measuring);
        lines.pass(Hook.MLP_NORM, layer, normal, measuring);
        mlp.forward(normal, narrow);
        measuring = lines.measuring(Hook.RESIDUAL, layer, Workers.parts(out.rows(), out.columns()));
        ops.elementwise().add(mid, narrow, out, measuring);
        lines.pass(Hook.RESIDUAL, layer, out, measuring);
        return out;
    }

    /**
     * Takes the gradient of this layer's output, (B·T, C), and turns it in place into that of its input; the gradients of
     * weights are added to {@code keep} times what they were.
     */
    void backward(Tensor d, TokenBatch batch, float keep) {
        Tensor narrow = ops.narrow().top(d.rows());
        mlp.backward(d, mlpInput.top(d.rows()), keep, narrow);
        normaliseMlp.backward(narrow, middle.top(d.rows()), keep, d, ops.lines());
        ops.rounding().round(d);

        attention.backward(d, attentionInput.top(d.rows()), batch, keep, narrow);
        normaliseAttention.backward(narrow, input, keep, d, ops.lines());
        ops.lines().pass(Hook.RESIDUAL_GRADIENT, layer, d);
    }
}
