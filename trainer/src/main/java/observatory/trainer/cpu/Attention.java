package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;
import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/**
 * Self-attention, softmax(q · kᵀ / √d + bias) · v for each sequence and head, from a joint (B·T, 3C) tensor of queries,
 * keys and values. A token sees those before it and itself, and within the prefix of its sequence all of it. Keeps the
 * probabilities, (B·H·T, T), for the backward pass; as fused kernels do, it rounds probabilities and the gradients of
 * scores where they enter a product, and nothing before.
 */
final class Attention {
    private final Workers workers;
    private final Rounding rounding;
    private final int width;
    private final int heads;
    private final int headWidth;
    private final float scale;
    private final Alibi alibi; // null without
    private final Tensor probabilities; // (B·H·T, T)
    private final Tensor scratch; // (B·H·T, T), shared by all layers
    private final HookLines lines;
    private final AttentionWatch watch;

    Attention(Operations ops, Arena arena, ModelSpec spec, int sequences) {
        this.workers = ops.workers();
        this.rounding = ops.rounding();
        this.width = spec.width();
        this.heads = spec.heads();
        this.headWidth = spec.headWidth();
        this.scale = (float) (1 / Math.sqrt(headWidth));
        this.alibi = spec.position() == ModelSpec.Position.ALIBI ? new Alibi(arena, spec) : null;
        this.probabilities = scratchFor(arena, spec, sequences);
        this.scratch = ops.scores();
        this.lines = ops.lines();
        this.watch = new AttentionWatch(arena, sequences * spec.context(), heads, scratch);
    }

    static Tensor scratchFor(Arena arena, ModelSpec spec, int sequences) {
        return Tensor.zeros(arena, sequences * spec.heads() * spec.context(), spec.context());
    }

    /** Sets {@code mixed}, (B·T, C), and shows observers of this layer what they want. */
    void forward(int layer, Tensor qkv, TokenBatch batch, Tensor mixed) {
        boolean entropy = lines.wants(Hook.ATTENTION_ENTROPY);
        boolean watched = entropy || lines.wants(Hook.ATTENTION_LOGITS);
        workers.run(batch.size() * heads, task -> {
            Head head = new Head(task, batch);
            Operand p = head.of(probabilities);
            Blas.multiply(head.square(), scale, head.query(qkv), transposed(head.key(qkv)), 0, p);
            for (int row = 0; row < head.context; row++) {
                if (watched) {
                    watch.query(probabilities.data(), head.row(row), head.seen(row), head.watched(row), entropy);
                }
                if (alibi != null) {
                    alibi.add(probabilities.data(), head.row(row), row, head);
                }
                softmax(head.row(row), head.seen(row), head.context);
            }
            rounding.round(probabilities.data(), head.row(0), head.row(head.context));
            Blas.multiply(head.tall(), 1, p, head.value(qkv), 0, head.mixed(mixed));
        });
        if (watched) {
            watch.show(lines, layer, batch.size() * batch.context());
        }
    }

    void backward(Tensor dMixed, Tensor qkv, TokenBatch batch, Tensor dQkv) {
        workers.run(batch.size() * heads, task -> {
            Head head = new Head(task, batch);
            Operand p = head.of(probabilities);
            Operand d = head.of(scratch);
            Operand dOut = head.mixed(dMixed);
            Blas.multiply(head.square(), 1, dOut, transposed(head.value(qkv)), 0, d);
            Blas.multiply(head.tall(), 1, transposed(p), dOut, 0, head.value(dQkv));
            for (int row = 0; row < head.context; row++) {
                softmaxGradient(head.row(row), head.seen(row), head.context);
            }
            rounding.round(scratch.data(), head.row(0), head.row(head.context));
            Blas.multiply(head.tall(), scale, d, head.key(qkv), 0, head.query(dQkv));
            Blas.multiply(head.tall(), scale, transposed(d), head.query(qkv), 0, head.key(dQkv));
        });
    }

    /** Softmax over the first {@code seen} of a row's scores; the rest, which lies in the future, becomes zero. */
    private void softmax(long row, int seen, int context) {
        MemorySegment p = probabilities.data();
        // In whole vectors, which reach a little into the future; masks at every row would take longer than the rest.
        int reached = Vectors.whole(seen, context);
        float max = Vectors.max(p, row, seen);
        Vectors.exponentials(p, row, max, p, row, reached);
        Vectors.scaled(p, row, 1 / Vectors.sum(p, row, seen), p, row, reached);
        clear(p, row + seen, row + context);
    }

    /** With d the gradient of the probabilities p, the gradient of the scores is p · (d - Σ d·p), zero in the future. */
    private void softmaxGradient(long row, int seen, int context) {
        MemorySegment p = probabilities.data();
        MemorySegment d = scratch.data();
        int end = Vectors.whole(seen, context);
        float mean = Vectors.dot(p, row, d, row, seen);
        centred(d, row, row + end, mean, p);
        clear(d, row + seen, row + context);
    }

    /** d = p · (d - mean). A loop over whole vectors, without masks, which the compiler would keep on the heap. */
    private static void centred(MemorySegment d, long from, long to, float mean, MemorySegment p) {
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(Vectors.load(d, i).sub(mean).mul(Vectors.load(p, i)), d, i);
        }
        for (long i = whole; i < to; i++) {
            d.setAtIndex(JAVA_FLOAT, i, (d.getAtIndex(JAVA_FLOAT, i) - mean) * p.getAtIndex(JAVA_FLOAT, i));
        }
    }

    private static void clear(MemorySegment data, long from, long to) {
        data.asSlice(from * Float.BYTES, (to - from) * Float.BYTES).fill((byte) 0);
    }

    private static Operand transposed(Operand operand) {
        return Operand.transposed(operand.data(), operand.stride());
    }

    /** Where one head of one sequence lies in each tensor, and what its tokens see. */
    final class Head {
        final int number;
        final int context;
        private final int prefix;
        private final long firstToken;
        private final int firstColumn;
        private final long firstRow;

        Head(int task, TokenBatch batch) {
            this.number = task % heads;
            this.context = batch.context();
            this.prefix = batch.prefixes()[task / heads];
            this.firstToken = (long) (task / heads) * context;
            this.firstColumn = number * headWidth;
            this.firstRow = (long) task * context;
        }

        /** How many tokens, from the first, the token of a row sees. */
        int seen(int row) {
            return Math.max(row + 1, prefix);
        }

        /** Where the token of a row stands for this head in a tensor of (B·T, H). */
        long watched(int row) {
            return (firstToken + row) * heads + number;
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
