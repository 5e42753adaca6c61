package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import observatory.probe.Hook;

/**
 * What observers see of attention, one number for each query and head: the largest logit, and how widely the query looks.
 * From the scores before a bias of position is added to them and before softmax overwrites them. What goes wrong here
 * is the observers' loss and not the model's.
 */
final class AttentionWatch {
    private static final List<Hook> SHOWN = List.of(Hook.ATTENTION_LOGITS, Hook.ATTENTION_ENTROPY);

    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_256;

    private final Tensor logits; // (B·T, H)
    private final Tensor entropy; // (B·T, H)
    private final Tensor exponentials; // (B·H·T, T), of the scores, where entropy is wanted
    private volatile Throwable error;

    /** @param scratch (B·H·T, T), which nobody else uses in a forward pass */
    AttentionWatch(Arena arena, int rows, int heads, Tensor scratch) {
        this.logits = Tensor.zeros(arena, rows, heads);
        this.entropy = Tensor.zeros(arena, rows, heads);
        this.exponentials = scratch;
    }

    /**
     * Takes the scores s of one query. With e = exp(s - max) the entropy of softmax is ln Σe - Σ e·(s - max) / Σe, and the
     * largest it can be is ln of the keys seen; a query that sees one key has none to lose, and counts as 1.
     *
     * @param at where the query stands for its head in a tensor of (B·T, H)
     */
    void query(MemorySegment scores, long row, int seen, long at, boolean withEntropy) {
        if (error == null) {
            try {
                logits.set(at, largest(scores, row, seen));
                if (withEntropy) {
                    entropy.set(at, seen == 1 ? 1 : (float) (entropy(scores, row, seen) / Math.log(seen)));
                }
            } catch (RuntimeException | Error e) {
                error = e;
            }
        }
    }

    private double entropy(MemorySegment scores, long row, int seen) {
        MemorySegment e = exponentials.data();
        float max = Vectors.max(scores, row, seen);
        Vectors.exponentials(scores, row, max, e, row, seen);
        double total = Vectors.sum(e, row, seen);
        return Math.log(total) - weighted(e, scores, row, seen, max) / total;
    }

    /** Largest magnitude; NaN as soon as one of them is. */
    private static float largest(MemorySegment scores, long row, int seen) {
        // As bits, whose order as integers is that of the magnitudes, with NaN above all.
        IntVector lanes = IntVector.zero(IntVector.SPECIES_256);
        int whole = seen - seen % LANES.length();
        for (int i = 0; i < whole; i += LANES.length()) {
            lanes = lanes.max(load(scores, row + i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        int largest = whole == 0 ? 0 : lanes.reduceLanes(VectorOperators.MAX);
        for (long i = row + whole; i < row + seen; i++) {
            largest = Math.max(largest, scores.getAtIndex(JAVA_INT, i) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(largest);
    }

    /** Σ e · (s - max). */
    private static double weighted(MemorySegment e, MemorySegment scores, long row, int seen, float max) {
        FloatVector lanes = FloatVector.zero(LANES);
        int whole = seen - seen % LANES.length();
        for (int i = 0; i < whole; i += LANES.length()) {
            lanes = load(e, row + i).fma(load(scores, row + i).sub(max), lanes);
        }
        double sum = Vectors.lanes(lanes);
        for (long i = row + whole; i < row + seen; i++) {
            sum += e.getAtIndex(JAVA_FLOAT, i) * (scores.getAtIndex(JAVA_FLOAT, i) - max);
        }
        return sum;
    }

    private static FloatVector load(MemorySegment data, long at) {
        return FloatVector.fromMemorySegment(LANES, data, at * Float.BYTES, ByteOrder.nativeOrder());
    }

    void show(HookLines lines, int layer, int rows) {
        for (Hook hook : SHOWN) {
            lines.making(hook, () -> {
                if (error != null) {
                    throw new IllegalStateException(error);
                }
                lines.show(hook, layer, (hook == Hook.ATTENTION_LOGITS ? logits : entropy).top(rows));
            });
        }
        error = null;
    }
}
