package observatory.trainer.cuda;

import java.util.Optional;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.cuda.Activations.KeptByNorm;
import observatory.trainer.cuda.Activations.Layer;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Gemm.Kind;
import observatory.trainer.cuda.NormKernels.NormPartials;
import observatory.trainer.cuda.NormKernels.NormParts;
import observatory.trainer.cuda.Parameters.Parameter;

/**
 * The transformer as a sequence of launches: one pass forward from tokens to losses, and back to the gradients of the
 * weights. The addition to the residual stream is done by the norm that reads it next.
 */
final class Network {
    private final ModelSpec spec;
    private final Weights weights;
    private final Activations kept;
    private final Operations operations;
    private final Gemm gemm;
    private final Device device;
    private final Tables tables;

    /** Tables that are not trained: sinusoidal positions, ALiBi slopes and rotations; 0 or empty where there are none. */
    record Tables(long positions, long slopes, Optional<HeadKernels.Rotation> rotation) {}

    /**
     * A pass: its shape, where its tokens are, and who looks on.
     *
     * @param own makes a gradient as it is computed that of one sequence's own loss
     */
    record Pass(
            int sequences,
            int context,
            Packet.Places packet,
            Observation seen,
            HookLines lines,
            Measurements.Scale own) {
        int rows() {
            return sequences * context;
        }
    }

    Network(
            ModelSpec spec,
            Weights weights,
            Activations kept,
            Operations operations,
            Gemm gemm,
            Device device,
            Tables tables) {
        this.spec = spec;
        this.weights = weights;
        this.kept = kept;
        this.operations = operations;
        this.gemm = gemm;
        this.device = device;
        this.tables = tables;
    }

    /** Enqueues the forward pass; logits become their gradient at its end, and means the losses of the sequences. */
    void forward(Pass pass, long orders, long means) {
        Rows rows = new Rows(pass.rows(), spec.width());
        Parameter tokens = weights.parameters().of("embedding.token");
        Parameter positions = weights.parameters().of("embedding.position");
        operations
                .embedding()
                .forward(
                        pass.packet().inputs(),
                        weights.working(tokens),
                        positions == null ? tables.positions() : weights.working(positions),
                        kept.embedded(),
                        rows,
                        pass.context(),
                        pass.lines()
                                .partials(
                                        Hook.EMBEDDING,
                                        Site.NO_LAYER,
                                        operations.blocks().forElements(rows.elements())));
        pass(pass, Hook.EMBEDDING, Site.NO_LAYER, kept.embedded(), spec.width());

        for (int layer = 0; layer < spec.layers(); layer++) {
            attention(pass, layer);
            mlp(pass, layer);
        }
        norm(pass, spec.layers(), new NormSite(Hook.FINAL_NORM, "final.norm", kept.finalNorm(), kept.normalised()));
        int vocabulary = spec.vocabulary();
        multiply(Kind.FORWARD, pass.rows(), vocabulary, spec.width(), kept.normalised(), unembedding(), kept.logits());
        HookLines lines = pass.lines();
        lines.damage(Hook.LOGITS, Site.NO_LAYER, kept.logits(), (long) pass.rows() * vocabulary);
        int blocks = Blocks.forLoss(pass.rows());
        long logitPartials = lines.partials(Hook.LOGITS, Site.NO_LAYER, blocks);
        long gradientPartials = lines.partials(Hook.LOGITS_GRADIENT, Site.NO_LAYER, blocks);
        pass(pass, Hook.LOGITS, Site.NO_LAYER, kept.logits(), vocabulary);
        operations
                .loss()
                .crossEntropy(
                        kept.logits(),
                        pass.packet().loss(),
                        new LossKernels.Losses(kept.losses(), kept.logs()),
                        new Rows(pass.rows(), vocabulary),
                        orders,
                        logitPartials,
                        gradientPartials);
        pass.seen().pass(Hook.LOG_Z, Site.NO_LAYER, Place.ofFloats(kept.logs(), pass.rows(), 1));
        operations.loss().sequenceLosses(kept.losses(), pass.packet().loss(), means, pass.sequences(), pass.context());
    }

    /** Enqueues the backward pass; gradients are set, or added to where {@code more}. */
    void backward(Pass pass, boolean more) {
        int rows = pass.rows();
        int width = spec.width();
        pass(pass, Hook.LOGITS_GRADIENT, Site.NO_LAYER, kept.logits(), spec.vocabulary());
        if (!more) {
            clearSums();
        }
        // Tied, the embedding adds to what the output has set.
        gemm.multiply(
                new Gemm.Shape(Kind.WEIGHT_GRADIENT, spec.vocabulary(), width, rows),
                kept.logits(),
                kept.normalised(),
                weights.gradient(unembeddingParameter()),
                more || spec.tied());
        multiply(Kind.INPUT_GRADIENT, rows, width, spec.vocabulary(), kept.logits(), unembedding(), kept.narrow());
        device.clear(kept.gradient(), (long) rows * width * weights.format().bytes());
        normBackward(pass, new NormSite(null, "final.norm", kept.finalNorm(), kept.normalised()), spec.layers());
        for (int layer = spec.layers() - 1; layer >= 0; layer--) {
            mlpBackward(pass, layer, more);
            attentionBackward(pass, layer, more);
        }
        Parameter positions = weights.parameters().of("embedding.position");
        if (positions != null) {
            operations
                    .embedding()
                    .positionsBackward(
                            kept.gradient(), weights.gradient(positions), pass.sequences(), width, pass.context());
        }
        operations
                .embedding()
                .backward(
                        kept.gradient(),
                        pass.packet().sorted(),
                        kept.tokenSums(),
                        weights.gradient(weights.parameters().of("embedding.token")),
                        width);
    }

    private void attention(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        norm(
                pass,
                number,
                new NormSite(Hook.ATTENTION_NORM, "attention.norm", layer.attentionNorm(), layer.attentionInput()));
        multiply(
                Kind.FORWARD,
                rows,
                3 * width,
                width,
                layer.attentionInput(),
                working(number, "attention.qkv"),
                layer.qkv());
        // What nothing changes on the way to attention is measured there.
        boolean asItIs = !spec.qkNorm() && tables.rotation().isEmpty();
        int blocks = asItIs ? operations.attention().partialBlocks(heads(pass)) : 0;
        long partials = blocks == 0 ? 0 : pass.lines().partials(Hook.QKV, number, blocks);
        pass(pass, Hook.QKV, number, layer.qkv(), 3 * width);
        if (spec.qkNorm()) {
            operations.heads().norm(layer.qkv(), layer.raw(), headGains(number), heads(pass));
        }
        tables.rotation().ifPresent(rotation -> operations.heads().rotate(layer.qkv(), rotation, heads(pass), 1));
        boolean observed =
                pass.seen().wants(Hook.ATTENTION_LOGITS) || pass.seen().wants(Hook.ATTENTION_ENTROPY);
        operations
                .attention()
                .forward(
                        layer.qkv(),
                        layer.mixed(),
                        new AttentionKernels.Scores(layer.logs(), observed ? kept.scores() : 0, kept.entropies()),
                        heads(pass),
                        partials);
        pass.seen().pass(Hook.ATTENTION_LOGITS, number, Place.ofFloats(kept.scores(), rows, spec.heads()));
        pass.seen().pass(Hook.ATTENTION_ENTROPY, number, Place.ofFloats(kept.entropies(), rows, spec.heads()));
        multiply(Kind.FORWARD, rows, width, width, layer.mixed(), working(number, "attention.out"), kept.branch());
        pass.lines().damage(Hook.ATTENTION_OUT, number, kept.branch(), (long) rows * width);
    }

    private void mlp(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        int units = spec.hidden();
        HookLines lines = pass.lines();
        int blocks = Blocks.forRows(rows);
        NormPartials partials = new NormPartials(
                lines.partials(Hook.ATTENTION_OUT, number, blocks),
                lines.partials(Hook.RESIDUAL_MID, number, blocks),
                lines.partials(Hook.MLP_NORM, number, blocks));
        operations
                .norm()
                .forward(
                        residualBefore(number),
                        kept.branch(),
                        norm(number, "mlp.norm", layer.mlpNorm()),
                        layer.middle(),
                        layer.mlpInput(),
                        new Rows(rows, width),
                        partials);
        pass(pass, Hook.ATTENTION_OUT, number, kept.branch(), width);
        pass(pass, Hook.RESIDUAL_MID, number, layer.middle(), width);
        pass(pass, Hook.MLP_NORM, number, layer.mlpInput(), width);

        long up = working(number, "mlp.up");
        multiply(Kind.FORWARD, rows, units, width, layer.mlpInput(), up, layer.up());
        long elements = (long) rows * units;
        lines.damage(Hook.MLP_UP, number, layer.up(), elements);
        int elementBlocks = operations.blocks().forElements(elements);
        long upPartials = lines.partials(Hook.MLP_UP, number, elementBlocks);
        long hiddenPartials = lines.partials(Hook.MLP_HIDDEN, number, elementBlocks);
        if (spec.activation().gated()) {
            long valueWeights = up + (long) units * width * weights.format().bytes();
            multiply(Kind.FORWARD, rows, units, width, layer.mlpInput(), valueWeights, values(layer, rows));
            operations
                    .activation()
                    .gate(
                            layer.up(),
                            values(layer, rows),
                            layer.hidden(),
                            elements,
                            kind(),
                            upPartials,
                            hiddenPartials);
        } else {
            operations.activation().forward(layer.up(), layer.hidden(), elements, kind(), upPartials, hiddenPartials);
        }
        pass(pass, Hook.MLP_UP, number, layer.up(), units);
        pass(pass, Hook.MLP_HIDDEN, number, layer.hidden(), units);
        multiply(Kind.FORWARD, rows, width, units, layer.hidden(), working(number, "mlp.down"), kept.branch());
        lines.damage(Hook.MLP_OUT, number, kept.branch(), (long) rows * width);
    }

    private void mlpBackward(Pass pass, int number, boolean more) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        int units = spec.hidden();
        weightGradient(number, "mlp.down", rows, kept.gradient(), layer.hidden(), more);
        long hidden = spec.activation().gated() ? kept.units() : kept.wide();
        multiply(Kind.INPUT_GRADIENT, rows, units, width, kept.gradient(), working(number, "mlp.down"), hidden);
        if (spec.activation().gated()) {
            operations
                    .activation()
                    .gateBackward(hidden, layer.up(), values(layer, rows), kept.wide(), new Rows(rows, units), kind());
        } else {
            operations.activation().backward(hidden, layer.up(), kept.wide(), (long) rows * units, kind());
        }
        weightGradient(number, "mlp.up", rows, kept.wide(), layer.mlpInput(), more);
        multiply(
                Kind.INPUT_GRADIENT,
                rows,
                width,
                spec.projected(),
                kept.wide(),
                working(number, "mlp.up"),
                kept.narrow());
        NormKernels.Norm norm = norm(number, "mlp.norm", layer.mlpNorm());
        Rows shape = new Rows(rows, width);
        operations.norm().backwardInput(kept.narrow(), layer.middle(), norm, kept.gradient(), shape, 0);
        normParameters(pass, number, "mlp.norm", norm, layer.middle());
    }

    private void attentionBackward(Pass pass, int number, boolean more) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        weightGradient(number, "attention.out", rows, kept.gradient(), layer.mixed(), more);
        multiply(
                Kind.INPUT_GRADIENT,
                rows,
                width,
                width,
                kept.gradient(),
                working(number, "attention.out"),
                kept.narrow());
        operations
                .attention()
                .backward(
                        layer.qkv(),
                        layer.mixed(),
                        kept.narrow(),
                        layer.logs(),
                        kept.dots(),
                        kept.triple(),
                        heads(pass));
        tables.rotation().ifPresent(rotation -> operations.heads().rotate(kept.triple(), rotation, heads(pass), -1));
        if (spec.qkNorm()) {
            HeadKernels.Gains gradients = new HeadKernels.Gains(
                    weights.gradient(weights.parameters().of(number, "attention.query_norm.gain")),
                    weights.gradient(weights.parameters().of(number, "attention.key_norm.gain")));
            operations
                    .heads()
                    .normBackward(
                            kept.triple(), layer.raw(), headGains(number), gradients, kept.normParts(), heads(pass));
        }
        weightGradient(number, "attention.qkv", rows, kept.triple(), layer.attentionInput(), more);
        multiply(
                Kind.INPUT_GRADIENT,
                rows,
                width,
                3 * width,
                kept.triple(),
                working(number, "attention.qkv"),
                kept.narrow());
        normBackward(pass, new NormSite(Hook.RESIDUAL_GRADIENT, "attention.norm", layer.attentionNorm(), 0), number);
    }

    /** A norm that reads the residual stream behind a layer: where it is observed, its name, what it keeps, its output. */
    private record NormSite(Hook hook, String name, KeptByNorm kept, long output) {}

    /** The norm in front of a layer, or the final one; adds what the layer before it has left to add. */
    private void norm(Pass pass, int number, NormSite site) {
        int before = number - 1;
        int layer = number == spec.layers() ? Site.NO_LAYER : number;
        int blocks = Blocks.forRows(pass.rows());
        HookLines lines = pass.lines();
        boolean first = number == 0;
        NormPartials partials = new NormPartials(
                first ? 0 : lines.partials(Hook.MLP_OUT, before, blocks),
                first ? 0 : lines.partials(Hook.RESIDUAL, before, blocks),
                lines.partials(site.hook(), layer, blocks));
        operations
                .norm()
                .forward(
                        first ? kept.embedded() : kept.layers().get(before).middle(),
                        first ? 0 : kept.branch(),
                        norm(layer, site.name(), site.kept()),
                        first ? 0 : kept.layers().get(before).output(),
                        site.output(),
                        new Rows(pass.rows(), spec.width()),
                        partials);
        if (!first) {
            pass(pass, Hook.MLP_OUT, before, kept.branch(), spec.width());
            pass(pass, Hook.RESIDUAL, before, kept.layers().get(before).output(), spec.width());
        }
        pass(pass, site.hook(), layer, site.output(), spec.width());
    }

    /** Adds the gradient through the norm in front of a layer, or the final one, to that of the residual stream. */
    private void normBackward(Pass pass, NormSite site, int number) {
        int layer = number == spec.layers() ? Site.NO_LAYER : number;
        NormKernels.Norm norm = norm(layer, site.name(), site.kept());
        Rows shape = new Rows(pass.rows(), spec.width());
        long partials =
                site.hook() == null ? 0 : pass.lines().partials(site.hook(), layer, Blocks.forRows(pass.rows()));
        operations.norm().backwardInput(kept.narrow(), residualBefore(number), norm, kept.gradient(), shape, partials);
        normParameters(pass, layer, site.name(), norm, residualBefore(number));
        if (site.hook() != null) {
            pass(pass, site.hook(), layer, kept.gradient(), spec.width());
        }
    }

    private void normParameters(Pass pass, int layer, String name, NormKernels.Norm norm, long x) {
        Rows rows = new Rows(pass.rows(), spec.width());
        NormParts parts = NormParts.of(pass.rows(), pass.context());
        Parameter gain = weights.parameters().of(layer, name + ".gain");
        Parameter bias = weights.parameters().of(layer, name + ".bias");
        operations
                .norm()
                .backwardParameters(
                        kept.narrow(),
                        x,
                        norm,
                        kept.normParts(),
                        weights.gradient(gain),
                        bias == null ? 0 : weights.gradient(bias),
                        rows,
                        parts);
        if (pass.seen().wants(Hook.NORM_EXAMPLE_GRADIENT)) {
            operations
                    .norm()
                    .exampleGradients(kept.normParts(), kept.exampleGradients(), pass.sequences(), spec.width(), parts);
            Place place = Place.ofFloats(kept.exampleGradients(), pass.sequences(), spec.width());
            pass.seen().pass(gain.site(Hook.NORM_EXAMPLE_GRADIENT), place, pass.own());
        }
    }

    private NormKernels.Norm norm(int layer, String name, KeptByNorm rows) {
        Parameter bias = weights.parameters().of(layer, name + ".bias");
        return new NormKernels.Norm(
                working(layer, name + ".gain"),
                bias == null ? 0 : weights.working(bias),
                rows.means(),
                rows.scales(),
                spec.norm() == Norm.LAYERNORM);
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

    private void weightGradient(int layer, String name, int rows, long dy, long x, boolean more) {
        Parameter parameter = weights.parameters().of(layer, name);
        gemm.multiply(
                new Gemm.Shape(Kind.WEIGHT_GRADIENT, parameter.rows(), parameter.columns(), rows),
                dy,
                x,
                weights.gradient(parameter),
                more);
    }

    private void multiply(Kind kind, int m, int n, int k, long a, long b, long c) {
        gemm.multiply(new Gemm.Shape(kind, m, n, k), a, b, c, false);
    }

    private void pass(Pass pass, Hook hook, int layer, long address, int columns) {
        pass.lines().pass(hook, layer, new Place(address, pass.rows(), columns, weights.format()));
    }

    private Heads heads(Pass pass) {
        float scale = (float) (1 / Math.sqrt(spec.headWidth()));
        return new Heads(
                pass.sequences(),
                spec.heads(),
                pass.context(),
                spec.headWidth(),
                scale,
                tables.slopes(),
                pass.packet().prefixes());
    }

    private HeadKernels.Gains headGains(int layer) {
        return new HeadKernels.Gains(
                working(layer, "attention.query_norm.gain"), working(layer, "attention.key_norm.gain"));
    }

    /** The values that gates multiply, behind the gates. */
    private long values(Layer layer, int rows) {
        return layer.up() + (long) rows * spec.hidden() * weights.format().bytes();
    }

    private int kind() {
        return switch (spec.activation()) {
            case GELU, GEGLU -> 0;
            case SWIGLU -> 2;
            case SQUARED_RELU -> 3;
        };
    }

    private long residualBefore(int layer) {
        return layer == 0 ? kept.embedded() : kept.layers().get(layer - 1).output();
    }

    private long working(int layer, String name) {
        return weights.working(weights.parameters().of(layer, name));
    }

    private long unembedding() {
        return weights.working(unembeddingParameter());
    }

    private Parameter unembeddingParameter() {
        return weights.parameters().of(spec.tied() ? "embedding.token" : "unembedding");
    }
}
