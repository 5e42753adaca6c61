package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/** The transformer from token ids to losses and back to the gradients of its weights. */
final class Network {
    private final Operations ops;
    private final CrossEntropy crossEntropy;
    private final Embedding embedding;
    private final List<Block> blocks = new ArrayList<>();
    private final Normalise finalNorm;
    private final Parameter unembedding; // (V, C); the token embedding where they are tied
    private final List<Parameter> parameters = new ArrayList<>();

    private final Tensor embedded; // (B·T, C)
    private final Tensor normalised; // (B·T, C)
    private final Tensor logits; // (B·T, V), then their gradient
    private final Tensor gradient; // (B·T, C)
    private final double[] tokenLosses; // B·T
    private final float[] tokenWeights; // B·T

    private TokenBatch batch;
    private Tensor residual;

    /** @param sequences of the largest pass */
    Network(Arena arena, ModelSpec spec, int sequences, Operations ops) {
        this.ops = ops;
        int rows = sequences * spec.context();
        this.crossEntropy = new CrossEntropy(ops.workers(), arena, rows, spec.vocabulary(), spec.zLoss());
        this.embedding = new Embedding(arena, spec);
        parameters.addAll(embedding.parameters());
        for (int layer = 0; layer < spec.layers(); layer++) {
            Block block = new Block(arena, spec, layer, sequences, ops);
            blocks.add(block);
            parameters.addAll(block.parameters());
        }
        NormParameters last = NormParameters.of(arena, spec, Site.NO_LAYER, "final.norm");
        this.finalNorm = last.operation(ops.workers(), arena, spec.norm(), rows);
        parameters.addAll(last.all());
        if (spec.tied()) {
            this.unembedding = embedding.tokens();
        } else {
            this.unembedding = new Parameter(
                    arena, new Parameter.Named(Site.NO_LAYER, "unembedding"), spec.vocabulary(), spec.width());
            parameters.add(unembedding);
        }
        this.embedded = Tensor.zeros(arena, rows, spec.width());
        this.normalised = Tensor.zeros(arena, rows, spec.width());
        this.logits = Tensor.zeros(arena, rows, spec.vocabulary());
        this.gradient = Tensor.zeros(arena, rows, spec.width());
        this.tokenLosses = new double[rows];
        this.tokenWeights = new float[rows];
    }

    /** In the order in which the forward pass reads them. */
    List<Parameter> parameters() {
        return parameters;
    }

    /** The weight of the logits' product: the token embedding where they are tied. */
    Parameter unembedding() {
        return unembedding;
    }

    /** The mean loss of each sequence over its targets, in nats per token. */
    double[] forward(TokenBatch batch) {
        this.batch = batch;
        int rows = batch.inputs().length;
        HookLines lines = ops.lines();
        Tensor x = embedded.top(rows);
        Measuring measuring = lines.measuring(Hook.EMBEDDING, Site.NO_LAYER, Workers.parts(rows, x.columns()));
        embedding.forward(ops.workers(), batch, x, measuring);
        lines.pass(Hook.EMBEDDING, Site.NO_LAYER, x, measuring);
        for (Block block : blocks) {
            x = block.forward(x, batch);
        }
        residual = x;
        measuring = lines.measuring(Hook.FINAL_NORM, Site.NO_LAYER, Workers.parts(rows, residual.columns()));
        finalNorm.forward(residual, normalised.top(rows), measuring);
        lines.pass(Hook.FINAL_NORM, Site.NO_LAYER, normalised.top(rows), measuring);
        measuring = lines.measuring(Hook.LOGITS, Site.NO_LAYER, Linear.parts(rows));
        ops.linear().forward(normalised.top(rows), unembedding.working(), logits.top(rows), measuring);
        lines.pass(Hook.LOGITS, Site.NO_LAYER, logits.top(rows), measuring);
        crossEntropy.forward(logits.top(rows), batch.targets(), tokenLosses);
        lines.show(Hook.LOG_Z, Site.NO_LAYER, crossEntropy.logZ().top(rows));
        return sequenceLosses();
    }

    /**
     * The gradient of {@code factor} times the sum of the last pass's sequence losses; {@code more} adds it to the
     * gradients that are there.
     */
    void backward(double factor, boolean more) {
        int rows = batch.inputs().length;
        float keep = more ? 1 : 0;
        Tensor narrow = ops.narrow().top(rows);
        Tensor d = gradient.top(rows);
        weigh(factor);
        crossEntropy.backward(logits.top(rows), batch.targets(), tokenWeights);
        ops.lines().pass(Hook.LOGITS_GRADIENT, Site.NO_LAYER, logits.top(rows));
        if (!more) {
            // Tied, the product sets the gradient to which the embedding then adds.
            embedding.parameters().stream()
                    .filter(parameter -> parameter != unembedding)
                    .forEach(parameter -> parameter.gradient().clear());
        }
        ops.linear().backwardWeight(logits.top(rows), normalised.top(rows), keep, unembedding.gradient());
        ops.linear().backwardInput(logits.top(rows), unembedding.working(), 0, narrow);
        ops.rounding().round(narrow);
        d.clear();
        finalNorm.backward(narrow, residual, keep, d, ops.lines());
        ops.rounding().round(d);
        for (Block block : blocks.reversed()) {
            block.backward(d, batch, keep);
        }
        embedding.backward(batch.inputs(), batch.context(), d);
    }

    /** Each token's part in the loss: its sequence's share, and nothing inside a prefix. */
    private void weigh(double factor) {
        for (int row = 0; row < batch.size(); row++) {
            float weight = (float) (factor / batch.targets(row));
            for (int t = 0; t < batch.context(); t++) {
                tokenWeights[row * batch.context() + t] = t < batch.firstTarget(row) ? 0 : weight;
            }
        }
    }

    private double[] sequenceLosses() {
        double[] losses = new double[batch.size()];
        for (int row = 0; row < losses.length; row++) {
            double sum = 0;
            for (int t = batch.firstTarget(row); t < batch.context(); t++) {
                sum += tokenLosses[row * batch.context() + t];
            }
            losses[row] = sum / batch.targets(row);
        }
        return losses;
    }
}
