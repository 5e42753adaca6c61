package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;

/**
 * The transformer on the CPU. The same seed gives the same bits, whatever the number of threads, cold or warm, observed
 * or not. Belongs to one thread; closing it frees its memory.
 */
public final class CpuModel implements Model, AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final ModelSpec spec;
    private final Workers workers;
    private final Instruments<Tensor> instruments;
    private final HookLines lines;
    private final Rounding rounding;
    private final Operations ops;
    private final AdamW adam;
    private final CrossEntropy crossEntropy;

    private final Embedding embedding;
    private final List<Block> blocks = new ArrayList<>();
    private final Normalise finalNorm;
    private final Parameter unembedding; // (V, C)
    private final List<Parameter> parameters = new ArrayList<>();

    private final Tensor embedded; // (B·T, C)
    private final Tensor normalised; // (B·T, C)
    private final Tensor logits; // (B·T, V), then their gradient
    private final Tensor gradient; // (B·T, C)
    private final double[] tokenLosses; // B·T
    private final Tensor update; // as large as the largest parameter

    private TokenBatch batch;
    private Tensor residual;

    public CpuModel(
            ModelSpec spec, TrainingSpec training, Fault fault, Instruments<Tensor> instruments, Workers workers) {
        this.spec = spec;
        this.workers = workers;
        this.instruments = instruments;
        this.rounding = new Rounding(workers, training.precision());
        this.lines = new HookLines(fault, spec.layers(), rounding, instruments, new Elementwise(workers));
        this.ops = Operations.of(arena, spec, training.batch(), workers, lines, rounding);
        this.adam = new AdamW(workers);
        int rows = training.batch() * spec.context();
        this.crossEntropy = new CrossEntropy(workers, arena, rows, spec.vocabulary());

        this.embedding = new Embedding(arena, spec, training.precision());
        parameters.addAll(embedding.parameters());
        for (int layer = 0; layer < spec.layers(); layer++) {
            Block block = new Block(arena, spec, training.precision(), layer, training.batch(), ops);
            blocks.add(block);
            parameters.addAll(block.parameters());
        }
        NormParameters last = NormParameters.of(arena, spec, training.precision(), Site.NO_LAYER, "final.norm");
        this.finalNorm = last.operation(workers, arena, spec.norm(), rows);
        parameters.addAll(last.all());
        this.unembedding = Parameter.zeros(
                arena,
                training.precision(),
                new Parameter.Named(Site.NO_LAYER, "unembedding"),
                spec.vocabulary(),
                spec.width());
        parameters.add(unembedding);

        this.embedded = Tensor.zeros(arena, rows, spec.width());
        this.normalised = Tensor.zeros(arena, rows, spec.width());
        this.logits = Tensor.zeros(arena, rows, spec.vocabulary());
        this.gradient = Tensor.zeros(arena, rows, spec.width());
        this.tokenLosses = new double[rows];
        long largest = parameters.stream()
                .mapToLong(parameter -> parameter.weight().size())
                .max()
                .orElseThrow();
        this.update = Tensor.zeros(arena, 1, Math.toIntExact(largest));
        Initial.fill(parameters, spec.layers(), training.seed());
        parameters.forEach(this::refresh);
    }

    List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public double[] forward(TokenBatch batch, long step) {
        this.batch = batch;
        lines.beginStep(step);
        embedding.forward(batch.inputs(), embedded);
        lines.pass(Hook.EMBEDDING, Site.NO_LAYER, embedded);
        residual = embedded;
        for (Block block : blocks) {
            residual = block.forward(residual);
        }
        finalNorm.forward(residual, normalised);
        lines.pass(Hook.FINAL_NORM, Site.NO_LAYER, normalised);
        ops.linear().forward(normalised, unembedding.working(), logits);
        lines.pass(Hook.LOGITS, Site.NO_LAYER, logits);
        crossEntropy.forward(logits, batch.targets(), tokenLosses);
        return sequenceLosses();
    }

    @Override
    public double backward(double lossScale) {
        crossEntropy.backward(logits, batch.targets(), (float) (lossScale / tokenLosses.length));
        lines.pass(Hook.LOGITS_GRADIENT, Site.NO_LAYER, logits);
        ops.linear().backwardWeight(logits, normalised, unembedding.gradient());
        ops.linear().backwardInput(logits, unembedding.working(), ops.narrow());
        rounding.round(ops.narrow());
        gradient.clear();
        finalNorm.backward(ops.narrow(), residual, gradient);
        rounding.round(gradient);
        for (Block block : blocks.reversed()) {
            block.backward(gradient);
        }
        embedding.backward(batch.inputs(), gradient);
        return unscale(lossScale);
    }

    @Override
    public void update(double learningRate, double clipFactor) {
        adam.beginStep();
        boolean observed = instruments.wants(Hook.UPDATE);
        for (Parameter parameter : parameters) {
            Tensor weight = parameter.weight();
            Tensor before =
                    new Tensor(update.data().asSlice(0, weight.data().byteSize()), weight.rows(), weight.columns());
            if (observed) {
                before.copyFrom(weight);
            }
            adam.update(parameter, learningRate, clipFactor);
            refresh(parameter);
            if (observed) {
                ops.elementwise().subtract(weight, before, before);
                instruments.at(parameter.updateSite(), before, weight);
            }
        }
    }

    @Override
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : parameters) {
                digest.update(parameter.weight().data().asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Rounds the gradients as they were written, divides them by the loss scale, and takes their global norm. */
    private double unscale(double lossScale) {
        double squares = 0;
        for (Parameter parameter : parameters) {
            rounding.round(parameter.gradient());
            if (lossScale != 1) {
                ops.elementwise().scale(parameter.gradient(), (float) (1 / lossScale));
            }
            instruments.at(parameter.gradientSite(), parameter.gradient());
            double norm = TensorMoments.of(parameter.gradient()).norm();
            squares += norm * norm;
        }
        return Math.sqrt(squares);
    }

    private void refresh(Parameter parameter) {
        if (parameter.working() != parameter.weight()) {
            parameter.working().copyFrom(parameter.weight());
            rounding.round(parameter.working());
        }
    }

    private double[] sequenceLosses() {
        double[] losses = new double[batch.size()];
        for (int row = 0; row < losses.length; row++) {
            double sum = 0;
            for (int t = 0; t < batch.context(); t++) {
                sum += tokenLosses[row * batch.context() + t];
            }
            losses[row] = sum / batch.context();
        }
        return losses;
    }
}
