package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;
import observatory.trainer.ModelSpec;

/**
 * The matrix products of a training step and nothing else: on the weights and gradients of a model, in the order and the
 * parts of a step. What a step takes above this is what the trainer adds to OpenBLAS. Overwrites the gradients.
 */
final class Products implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final ModelSpec spec;
    private final CpuModel model;
    private final Workers workers;
    private final Linear linear;
    private final int sequences;
    private final Tensor narrow; // (B·T, C)
    private final Tensor wide; // (B·T, H)
    private final Tensor triple; // (B·T, 3C)
    private final Tensor logits; // (B·T, V)
    private final Tensor scores; // (B·H·T, T)

    Products(ModelSpec spec, CpuModel model, Workers workers, int sequences) {
        this.spec = spec;
        this.model = model;
        this.workers = workers;
        this.linear = new Linear(workers);
        this.sequences = sequences;
        int rows = sequences * spec.context();
        this.narrow = filled(rows, spec.width());
        this.wide = filled(rows, spec.projected());
        this.triple = filled(rows, 3 * spec.width());
        this.logits = filled(rows, spec.vocabulary());
        this.scores = filled(sequences * spec.heads() * spec.context(), spec.context());
    }

    void run() {
        for (Parameter parameter : model.parameters()) {
            if (product(parameter)) {
                linear.forward(input(parameter), parameter.working(), output(parameter));
                if (parameter.name().equals("attention.qkv")) {
                    attention(2);
                }
            }
        }
        for (Parameter parameter : model.parameters().reversed()) {
            if (product(parameter)) {
                linear.backwardWeight(output(parameter), input(parameter), 0, parameter.gradient());
                linear.backwardInput(output(parameter), parameter.working(), 0, input(parameter));
                if (parameter.name().equals("attention.qkv")) {
                    attention(4);
                }
            }
        }
    }

    private static boolean product(Parameter parameter) {
        return parameter.matrix() && !parameter.name().startsWith("embedding");
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
            case "unembedding" -> logits;
            default -> narrow.shaped(0, narrow.rows(), narrow.columns());
        };
    }

    /** So many (T, T, d) products for each head: two forward, four backward. */
    private void attention(int products) {
        int t = spec.context();
        workers.run(sequences * spec.heads(), task -> {
            long at =
                    (long) (task / spec.heads()) * t * 3 * spec.width() + (long) task % spec.heads() * spec.headWidth();
            Operand square = Operand.of(scores.from((long) task * t * t), t);
            Operand part = Operand.of(triple.from(at), 3 * spec.width());
            Operand turned = Operand.transposed(triple.from(at), 3 * spec.width());
            for (int i = 0; i < products / 2; i++) {
                Blas.multiply(new Shape(t, t, spec.headWidth()), 0.1f, part, turned, 0, square);
                Blas.multiply(
                        new Shape(t, spec.headWidth(), t),
                        0.1f,
                        square,
                        part,
                        0,
                        Operand.of(narrow.from((long) (task / spec.heads()) * t * spec.width()), spec.width()));
            }
        });
    }

    /** Small numbers, so that products of products stay ordinary numbers. */
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
