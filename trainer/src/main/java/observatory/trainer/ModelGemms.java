package observatory.trainer;

import java.util.ArrayList;
import java.util.List;
import observatory.probe.efficiency.Gemm;

/**
 * The matrix products of one step: each linear map forward, and backward to its input and to its weight; and in
 * attention, for each sequence and head over its whole square, scores and values forward, and twice that
 * backward. Their operations are what model FLOPs utilisation counts; causal masking is not deducted, as in
 * PaLM's 6N + 12·L·H·Q·T per token.
 */
public final class ModelGemms {
    private ModelGemms() {}

    /** @param sequences of the step, each {@code context} tokens long */
    public static List<Gemm> of(ModelSpec model, int sequences, int context) {
        List<Gemm> gemms = new ArrayList<>();
        long tokens = (long) sequences * context;
        linear(gemms, "attention.qkv", tokens, new Shape(model.width(), 3L * model.width()), model.layers());
        linear(gemms, "attention.out", tokens, new Shape(model.width(), model.width()), model.layers());
        linear(gemms, "mlp.up", tokens, new Shape(model.width(), model.projected()), model.layers());
        linear(gemms, "mlp.down", tokens, new Shape(model.hidden(), model.width()), model.layers());
        linear(gemms, "unembedding", tokens, new Shape(model.width(), model.vocabulary()), 1);
        long squares = (long) sequences * model.heads() * model.layers();
        gemms.add(new Gemm("attention scores", context, context, model.headWidth(), 3 * squares));
        gemms.add(new Gemm("attention values", context, model.headWidth(), context, 3 * squares));
        return gemms;
    }

    /** Operations of all of them. */
    public static double flops(ModelSpec model, int sequences, int context) {
        return of(model, sequences, context).stream().mapToDouble(Gemm::flops).sum();
    }

    private record Shape(long in, long out) {}

    private static void linear(List<Gemm> gemms, String name, long tokens, Shape shape, int layers) {
        gemms.add(new Gemm(name, tokens, shape.out, shape.in, layers));
        gemms.add(new Gemm(name + " to its input", tokens, shape.in, shape.out, layers));
        gemms.add(new Gemm(name + " to its weight", shape.out, shape.in, tokens, layers));
    }
}
