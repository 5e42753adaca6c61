package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;
import observatory.trainer.ModelSpec;

/**
 * Causal self-attention, softmax(q · kᵀ / √d) · v for each sequence and head, from a joint (B·T, 3C) tensor of queries,
 * keys and values. Keeps the probabilities, (B·H·T, T), for the backward pass.
 */
final class Attention {
    private final Workers workers;
    private final int context;
    private final int width;
    private final int heads;
    private final int headWidth;
    private final float scale;
    private final Tensor probabilities; // (B·H·T, T)
    private final Tensor scratch; // (B·H·T, T), shared by all layers

    Attention(Workers workers, Arena arena, ModelSpec spec, int batch, Tensor scratch) {
        this.workers = workers;
        this.context = spec.context();
        this.width = spec.width();
        this.heads = spec.heads();
        this.headWidth = spec.headWidth();
        this.scale = (float) (1 / Math.sqrt(headWidth));
        this.probabilities = scratchFor(arena, spec, batch);
        this.scratch = scratch;
    }

    static Tensor scratchFor(Arena arena, ModelSpec spec, int batch) {
        return Tensor.zeros(arena, batch * spec.heads() * spec.context(), spec.context());
    }

    void forward(Tensor qkv, Tensor mixed) {
        workers.run(mixed.rows() / context * heads, task -> {
            Head head = new Head(task);
            Operand p = head.of(probabilities);
            Blas.multiply(head.square(), scale, head.query(qkv), transposed(head.key(qkv)), 0, p);
            for (int row = 0; row < context; row++) {
                softmax(head.row(row), row + 1);
            }
            Blas.multiply(head.tall(), 1, p, head.value(qkv), 0, head.mixed(mixed));
        });
    }

    void backward(Tensor dMixed, Tensor qkv, Tensor dQkv) {
        workers.run(dMixed.rows() / context * heads, task -> {
            Head head = new Head(task);
            Operand p = head.of(probabilities);
            Operand d = head.of(scratch);
            Operand dOut = head.mixed(dMixed);
            Blas.multiply(head.square(), 1, dOut, transposed(head.value(qkv)), 0, d);
            Blas.multiply(head.tall(), 1, transposed(p), dOut, 0, head.value(dQkv));
            for (int row = 0; row < context; row++) {
                softmaxGradient(head.row(row), row + 1);
            }
            Blas.multiply(head.tall(), scale, d, head.key(qkv), 0, head.query(dQkv));
            Blas.multiply(head.tall(), scale, transposed(d), head.query(qkv), 0, head.key(dQkv));
        });
    }

    /** Softmax over the first {@code seen} of a row's scores; the rest, which lies in the future, becomes zero. */
    private void softmax(long row, int seen) {
        MemorySegment p = probabilities.data();
        float max = Vectors.max(p, row, seen);
        for (int i = 0; i < context; i += Vectors.WIDE.length()) {
            VectorMask<Float> inside = Vectors.within(i, context);
            FloatVector e = Vectors.exp(Vectors.load(p, row + i, inside).sub(max));
            Vectors.store(e.blend(0, Vectors.within(i, seen).not()), p, row + i, inside);
        }
        float share = 1 / Vectors.sum(p, row, seen);
        for (int i = 0; i < seen; i += Vectors.WIDE.length()) {
            VectorMask<Float> inside = Vectors.within(i, seen);
            Vectors.store(Vectors.load(p, row + i, inside).mul(share), p, row + i, inside);
        }
    }

    /** With d the gradient of the probabilities p, the gradient of the scores is p · (d - Σ d·p), zero in the future. */
    private void softmaxGradient(long row, int seen) {
        MemorySegment p = probabilities.data();
        MemorySegment d = scratch.data();
        float mean = Vectors.dot(p, row, d, row, seen);
        for (int i = 0; i < context; i += Vectors.WIDE.length()) {
            VectorMask<Float> inside = Vectors.within(i, context);
            FloatVector score = Vectors.load(d, row + i, inside).sub(mean).mul(Vectors.load(p, row + i, inside));
            Vectors.store(score.blend(0, Vectors.within(i, seen).not()), d, row + i, inside);
        }
    }

    private static Operand transposed(Operand operand) {
        return Operand.transposed(operand.data(), operand.stride());
    }

    /** Where one head of one sequence lies in each tensor. */
    private final class Head {
        private final long firstToken;
        private final int firstColumn;
        private final long firstRow;

        Head(int task) {
            this.firstToken = (long) (task / heads) * context;
            this.firstColumn = task % heads * headWidth;
            this.firstRow = (long) task * context;
        }

        Shape square() {
            return new Shape(context, context, headWidth);
        }

        Shape tall() {
            return new Shape(context, headWidth, context);
        }

        Operand query(Tensor qkv) {
            return part(qkv, 0);
        }

        Operand key(Tensor qkv) {
            return part(qkv, 1);
        }

        Operand value(Tensor qkv) {
            return part(qkv, 2);
        }

        Operand mixed(Tensor tensor) {
            return part(tensor, 0);
        }

        Operand of(Tensor scores) {
            return Operand.of(scores.from(firstRow * context), context);
        }

        long row(int row) {
            return (firstRow + row) * context;
        }

        private Operand part(Tensor tensor, int third) {
            long at = firstToken * tensor.columns() + (long) third * width + firstColumn;
            return Operand.of(tensor.from(at), tensor.columns());
        }
    }
}
