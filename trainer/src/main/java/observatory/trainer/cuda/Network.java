package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Gemm.Kind;
import observatory.trainer.cuda.Parameters.Parameter;

/**
 * The transformer as a sequence of launches: one pass forward from tokens to losses, and back to the gradients of the
 * weights. The addition to the residual stream is done by the norm that reads it next.
 */
final class Network {
    private final NetworkContext network;
    private final ModelSpec spec;
    private final Weights weights;
    private final Activations kept;
    private final Operations operations;
    private final Device device;
    private final NormLayers norms;
    private final SelfAttention attention;
    private final Mlp mlp;

    Network(NetworkContext network, Device device) {
        this.network = network;
        this.spec = network.spec();
        this.weights = network.weights();
        this.kept = network.kept();
        this.operations = network.operations();
        this.device = device;
        this.norms = new NormLayers(network);
        this.attention = new SelfAttention(network);
        this.mlp = new Mlp(network);
    }

    /** Enqueues the forward pass; logits become their gradient at its end, and means the losses of the sequences. */
    void forward(Pass pass, long orders, long means) {
        embed(pass);
        for (int layer = 0; layer < spec.layers(); layer++) {
            norms.beforeAttention(pass, layer);
            attention.forward(pass, layer);
            norms.beforeMlp(pass, layer);
            mlp.forward(pass, layer);
        }
        norms.last(pass);
        loss(pass, orders, means);
    }

    /** Enqueues the backward pass; gradients are set, or added to where {@code more}. */
    void backward(Pass pass, boolean more) {
        if (!more) {
            clearSums();
        }
        unembedBackward(pass, more);
        norms.lastBackward(pass);
        for (int layer = spec.layers() - 1; layer >= 0; layer--) {
            mlp.backward(pass, layer, more);
            norms.beforeMlpBackward(pass, layer);
            attention.backward(pass, layer, more);
            norms.beforeAttentionBackward(pass, layer);
        }
        embedBackward(pass);
    }

    private void embed(Pass pass) {
        Rows rows = new Rows(pass.rows(), spec.width());
        Parameter positions = weights.parameters().of("embedding.position");
        int blocks = operations.blocks().forElements(rows.elements());
        operations
                .embedding()
                .forward(
                        pass.packet().inputs(),
                        weights.working(tokens()),
                        positions == null ? network.tables().positions() : weights.working(positions),
                        kept.embedded(),
                        rows,
                        pass.context(),
                        pass.lines().partials(Hook.EMBEDDING, Site.NO_LAYER, blocks));
        network.show(pass, Hook.EMBEDDING, Site.NO_LAYER, kept.embedded(), spec.width());
    }

    private void embedBackward(Pass pass) {
        Parameter positions = weights.parameters().of("embedding.position");
        if (positions != null) {
            long gradient = weights.gradient(positions);
            operations
                    .embedding()
                    .positionsBackward(kept.gradient(), gradient, pass.sequences(), spec.width(), pass.context());
        }
        EmbeddingKernels.SortedTokens sorted = pass.packet().sorted();
        operations
                .embedding()
                .backward(kept.gradient(), sorted, kept.tokenSums(), weights.gradient(tokens()), spec.width());
    }

    /** Logits, the loss, and the gradient of the logits in their place. */
    private void loss(Pass pass, long orders, long means) {
        int vocabulary = spec.vocabulary();
        long unembedding = weights.working(unembedding());
        network.multiply(
                Kind.FORWARD, pass.rows(), vocabulary, spec.width(), kept.normalised(), unembedding, kept.logits());
        HookLines lines = pass.lines();
        lines.damage(Hook.LOGITS, Site.NO_LAYER, kept.logits(), (long) pass.rows() * vocabulary);
        int blocks = operations.blocks().forLoss(pass.rows());
        long logitPartials = lines.partials(Hook.LOGITS, Site.NO_LAYER, blocks);
        long gradientPartials = lines.partials(Hook.LOGITS_GRADIENT, Site.NO_LAYER, blocks);
        network.show(pass, Hook.LOGITS, Site.NO_LAYER, kept.logits(), vocabulary);
        LossKernels kernels = operations.loss();
        LossKernels.Targets targets = pass.packet().loss();
        kernels.crossEntropy(
                kept.logits(),
                targets,
                new LossKernels.Losses(kept.losses(), kept.logs()),
                new Rows(pass.rows(), vocabulary),
                orders,
                logitPartials,
                gradientPartials);
        pass.seen().pass(Hook.LOG_Z, Site.NO_LAYER, Place.ofFloats(kept.logs(), pass.rows(), 1));
        kernels.sequenceLosses(kept.losses(), targets, means, pass.sequences(), pass.context());
    }

    /**
     * From the gradient of the logits to that of the final norm's output; that of the residual stream begins at zero.
     */
    private void unembedBackward(Pass pass, boolean more) {
        int rows = pass.rows();
        int width = spec.width();
        network.show(pass, Hook.LOGITS_GRADIENT, Site.NO_LAYER, kept.logits(), spec.vocabulary());
        // Tied, the embedding adds to what the output has set.
        network.gemm()
                .multiply(
                        new Gemm.Shape(Kind.WEIGHT_GRADIENT, spec.vocabulary(), width, rows),
                        kept.logits(),
                        kept.normalised(),
                        weights.gradient(unembedding()),
                        more || spec.tied());
        long unembedding = weights.working(unembedding());
        network.multiply(
                Kind.INPUT_GRADIENT, rows, width, spec.vocabulary(), kept.logits(), unembedding, kept.narrow());
        device.clear(kept.gradient(), (long) rows * width * weights.format().bytes());
    }

    /** Gradients that kernels add to, which therefore begin at zero: all that no matrix product sets. */
    private void clearSums() {
        for (Parameter parameter : weights.parameters().all()) {
            boolean setByProduct = parameter.matrix() && !parameter.name().startsWith("embedding.");
            if (!setByProduct) {
                device.clear(weights.gradient(parameter), parameter.size() * Float.BYTES);
            }
        }
    }

    private Parameter tokens() {
        return weights.parameters().of("embedding.token");
    }

    private Parameter unembedding() {
        return spec.tied() ? tokens() : weights.parameters().of("unembedding");
    }
}
