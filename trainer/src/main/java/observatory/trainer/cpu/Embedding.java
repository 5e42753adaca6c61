package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import jdk.incubator.vector.VectorMask;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;

/** Token vectors plus learned position vectors. */
final class Embedding {
    private final Parameter tokens; // (V, C)
    private final Parameter positions; // (T, C)

    Embedding(Arena arena, ModelSpec spec, Precision precision) {
        this.tokens = Parameter.zeros(
                arena, precision, new Parameter.Named(-1, "embedding.token"), spec.vocabulary(), spec.width());
        this.positions = Parameter.zeros(
                arena, precision, new Parameter.Named(-1, "embedding.position"), spec.context(), spec.width());
    }

    java.util.List<Parameter> parameters() {
        return java.util.List.of(tokens, positions);
    }

    void forward(int[] inputs, Tensor x) {
        int c = x.columns();
        for (int row = 0; row < inputs.length; row++) {
            long token = (long) inputs[row] * c;
            long position = (long) (row % positions.weight().rows()) * c;
            for (int i = 0; i < c; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, c);
                Vectors.store(
                        Vectors.load(tokens.working().data(), token + i, mask)
                                .add(Vectors.load(positions.working().data(), position + i, mask)),
                        x.data(),
                        (long) row * c + i,
                        mask);
            }
        }
    }

    /** Adds each row's gradient to its token and its position, in the order of the rows. */
    void backward(int[] inputs, Tensor d) {
        int c = d.columns();
        tokens.gradient().clear();
        positions.gradient().clear();
        for (int row = 0; row < inputs.length; row++) {
            addRow(d, row, tokens.gradient(), inputs[row]);
            addRow(d, row, positions.gradient(), row % positions.weight().rows());
        }
    }

    private static void addRow(Tensor d, long row, Tensor sum, long target) {
        int c = d.columns();
        for (int i = 0; i < c; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, c);
            Vectors.store(
                    Vectors.load(sum.data(), target * c + i, mask).add(Vectors.load(d.data(), row * c + i, mask)),
                    sum.data(),
                    target * c + i,
                    mask);
        }
    }
}
