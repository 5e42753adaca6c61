package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;

/**
 * The matrix products of a training step and nothing else: on the weights and gradients of a model, in the order and the
 * parts of a step. What a step takes above this is what the trainer adds to OpenBLAS. Overwrites the gradients.
 */
final class Products implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final ModelSpec spec;
    private final List<Parameter> layers; // the weights of their linear maps, in the order of the forward pass
    private final Parameter unembedding; // the token embedding where they are tied
    private final Workers workers;
    private final Linear linear;
    private final int sequences;
    private final Tensor narrow; // (B·T, C)
    private final Tensor wide; // (B·T, H)
    private final Tensor triple; // (B·T, 3C)
    private final Tensor logits; // (B·T, V)
    private final Tensor scores; // (B·H·T, T)
    private final Tensor result; // as large as the largest, and never read: its products are no ordinary numbers

    Products(ModelSpec spec, CpuModel model, Workers workers, int sequences) {
        this.spec = spec;
        this.layers = model.parameters().stream().filter(Products::ofLayer).toList();
        this.unembedding = model.network().unembedding();
        this.workers = workers;
        this.linear = new Linear(workers);
        this.sequences = sequences;
        int rows = sequences * spec.context();
        this.narrow = filled(rows, spec.width());
        this.wide = filled(rows, spec.projected());
        this.triple = filled(rows, 3 * spec.width());
        this.logits = filled(rows, spec.vocabulary());
        this.result =
                Tensor.zeros(arena, rows, Math.max(spec.vocabulary(), Math.max(spec.projected(), 3 * spec.width())));
        this.scores = filled(sequences * spec.heads() * spec.context(), spec.context());
    }

    void run() {
        for (Parameter weight : layers) {
            forward(weight);
            if (weight.name().equals("attention.qkv")) {
                attention(2);
            }
        }
        forward(unembedding);
        backward(unembedding);
        for (Parameter weight : layers.reversed()) {
            backward(weight);
            if (weight.name().equals("attention.qkv")) {
                attention(4);
            }
        }
    }

    private void forward(Parameter weight) {
        linear.forward(input(weight), weight.working(), result(weight.weight().rows()));
    }

    private void backward(Parameter weight) {
        linear.backwardWeight(output(weight), input(weight), 0, weight.gradient());
        linear.backwardInput(
                output(weight), weight.working(), 0, result(weight.weight().columns()));
    }

    private Tensor result(int columns) {
        return result.shaped(0, narrow.rows(), columns);
    }

    private static boolean ofLayer(Parameter parameter) {
        return parameter.matrix() && parameter.gradientSite().layer() != Site.NO_LAYER;
    }

    private Tensor input(Parameter parameter) {
        return parameter.name().equals("mlp.down")
                ? wide.shaped(0, wide.rows(), parameter.weight().columns())
                : narrow;
    }

    private Tensor output(Parameter parameter) {
        return switch (parameter.name()) {
            case "attention.qkv" -> triple;
            case "mlp.up" -> wide;
            case "unembedding", "embedding.token" -> logits;
            default -> narrow;
        };
    }

    /** So many (T, T, d) products for each head: two forward, four backward. */
    private void attention(int products) {
        int t = spec.context();
        workers.run(sequences * spec.heads(), task -> {
            Operand square = Operand.of(scores.from((long) task * t * t), t);
            MemorySegment head = head(triple, task, 3 * spec.width());
            Operand part = Operand.of(head, 3 * spec.width());
            Operand turned = Operand.transposed(head, 3 * spec.width());
            Operand mixed = Operand.of(head(result, task, spec.width()), spec.width());
            for (int i = 0; i < products / 2; i++) {
                Blas.multiply(new Shape(t, t, spec.headWidth()), 0.1f, part, turned, 0, square);
                Blas.multiply(new Shape(t, spec.headWidth(), t), 0.1f, square, part, 0, mixed);
            }
        });
    }

    /** Where a head of a sequence begins, in rows of this width. */
    private MemorySegment head(Tensor rows, int task, int width) {
        long sequence = task / spec.heads();
        return rows.from(sequence * spec.context() * width + (long) task % spec.heads() * spec.headWidth());
    }

    /** Small ordinary numbers. */
    private Tensor filled(int rows, int columns) {
        Tensor tensor = Tensor.zeros(arena, rows, columns);
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, (i % 13 - 6) * 1e-3f);
        }
        return tensor;
    }

    @Override
    public void close() {
        arena.close();
    }
}
