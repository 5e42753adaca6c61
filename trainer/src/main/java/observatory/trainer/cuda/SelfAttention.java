package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.cuda.Activations.Layer;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Gemm.Kind;

/**
 * The attention half of a layer behind its norm: projection, norm and rotation of heads, attention, projection back.
 */
final class SelfAttention {
    private final NetworkContext network;
    private final ModelSpec spec;
    private final Activations kept;
    private final HeadKernels headKernels;
    private final AttentionKernels kernels;

    SelfAttention(NetworkContext network) {
        this.network = network;
        this.spec = network.spec();
        this.kept = network.kept();
        this.headKernels = network.operations().heads();
        this.kernels = network.operations().attention();
    }

    /** Leaves in {@code branch} what is to be added to the residual stream. */
    void forward(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        Heads heads = heads(pass);
        network.multiply(
                Kind.FORWARD,
                rows,
                3 * width,
                width,
                layer.attentionInput(),
                network.working(number, "attention.qkv"),
                layer.qkv());
        // What nothing changes on the way to attention is measured there.
        boolean asItIs = !spec.qkNorm() && network.tables().rotation().isEmpty();
        int blocks = asItIs ? kernels.partialBlocks(heads) : 0;
        long partials = blocks == 0 ? 0 : pass.lines().partials(Hook.QKV, number, blocks);
        network.show(pass, Hook.QKV, number, layer.qkv(), 3 * width);
        if (spec.qkNorm()) {
            headKernels.norm(layer.qkv(), layer.raw(), gains(number), heads);
        }
        network.tables().rotation().ifPresent(rotation -> headKernels.rotate(layer.qkv(), rotation, heads, 1));
        boolean observed =
                pass.seen().wants(Hook.ATTENTION_LOGITS) || pass.seen().wants(Hook.ATTENTION_ENTROPY);
        kernels.forward(
                layer.qkv(),
                layer.mixed(),
                new AttentionKernels.Scores(layer.logs(), observed ? kept.scores() : 0, kept.entropies()),
                heads,
                partials);
        pass.seen().pass(Hook.ATTENTION_LOGITS, number, Place.ofFloats(kept.scores(), rows, spec.heads()));
        pass.seen().pass(Hook.ATTENTION_ENTROPY, number, Place.ofFloats(kept.entropies(), rows, spec.heads()));
        network.multiply(
                Kind.FORWARD,
                rows,
                width,
                width,
                layer.mixed(),
                network.working(number, "attention.out"),
                kept.branch());
        pass.lines().damage(Hook.ATTENTION_OUT, number, kept.branch(), (long) rows * width);
    }

    /** From the gradient of the residual stream to that of the norm's output, in {@code narrow}. */
    void backward(Pass pass, int number, boolean more) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        Heads heads = heads(pass);
        network.weightGradient(number, "attention.out", rows, kept.gradient(), layer.mixed(), more);
        network.multiply(
                Kind.INPUT_GRADIENT,
                rows,
                width,
                width,
                kept.gradient(),
                network.working(number, "attention.out"),
                kept.narrow());
        kernels.backward(layer.qkv(), layer.mixed(), kept.narrow(), layer.logs(), kept.dots(), kept.triple(), heads);
        network.tables().rotation().ifPresent(rotation -> headKernels.rotate(kept.triple(), rotation, heads, -1));
        if (spec.qkNorm()) {
            Weights weights = network.weights();
            HeadKernels.Gains gradients = new HeadKernels.Gains(
                    weights.gradient(weights.parameters().of(number, "attention.query_norm.gain")),
                    weights.gradient(weights.parameters().of(number, "attention.key_norm.gain")));
            headKernels.normBackward(kept.triple(), layer.raw(), gains(number), gradients, kept.normParts(), heads);
        }
        network.weightGradient(number, "attention.qkv", rows, kept.triple(), layer.attentionInput(), more);
        network.multiply(
                Kind.INPUT_GRADIENT,
                rows,
                width,
                3 * width,
                kept.triple(),
                network.working(number, "attention.qkv"),
                kept.narrow());
    }

    private Heads heads(Pass pass) {
        float scale = (float) (1 / Math.sqrt(spec.headWidth()));
        return new Heads(
                pass.sequences(),
                spec.heads(),
                pass.context(),
                spec.headWidth(),
                scale,
                network.tables().slopes(),
                pass.packet().prefixes());
    }

    private HeadKernels.Gains gains(int layer) {
        return new HeadKernels.Gains(
                network.working(layer, "attention.query_norm.gain"), network.working(layer, "attention.key_norm.gain"));
    }
}
