package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.probe.Hook;

/**
 * What observers see of attention, one number for each query and head: the largest logit, and how widely the query looks.
 * From the scores before a bias of position is added to them and before softmax overwrites them. What goes wrong here
 * is the observers' loss and not the model's.
 */
final class AttentionWatch {
    private static final List<Hook> SHOWN = List.of(Hook.ATTENTION_LOGITS, Hook.ATTENTION_ENTROPY);

    private final Tensor logits; // (B·T, H)
    private final Tensor entropy; // (B·T, H)
    private volatile Throwable error;

    AttentionWatch(Arena arena, int rows, int heads) {
        this.logits = Tensor.zeros(arena, rows, heads);
        this.entropy = Tensor.zeros(arena, rows, heads);
    }

    /**
     * Takes the scores s of one query. With e = exp(s - max) the entropy of softmax is ln Σe - Σ e·(s - max) / Σe, and the
     * largest it can be is ln of the keys seen; a query that sees one key has none to lose, and counts as 1.
     */
    void query(MemorySegment scores, long row, int seen, long at) {
        if (error == null) {
            try {
                look(scores, row, seen, at);
            } catch (RuntimeException | Error e) {
                error = e;
            }
        }
    }

    private void look(MemorySegment scores, long row, int seen, long at) {
        float max = Vectors.max(scores, row, seen);
        FloatVector largest = Vectors.broadcast(0);
        FloatVector sum = Vectors.broadcast(0);
        FloatVector weighted = Vectors.broadcast(0);
        for (int i = 0; i < seen; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, seen);
            FloatVector score = Vectors.load(scores, row + i, mask);
            FloatVector below = score.sub(max);
            FloatVector e =
                    mask == null ? Vectors.exp(below) : Vectors.exp(below).blend(0, mask.not());
            largest = largest.max(score.abs());
            sum = sum.add(e);
            weighted = e.fma(below, weighted);
        }
        double total = add(sum);
        logits.set(at, max(largest));
        entropy.set(at, seen == 1 ? 1 : (float) ((Math.log(total) - add(weighted) / total) / Math.log(seen)));
    }

    // By hand: the masked reductions of JDK 25's Vector API were seen to throw once compiled.

    private static double add(FloatVector vector) {
        double sum = 0;
        for (float lane : lanes(vector)) {
            sum += lane;
        }
        return sum;
    }

    private static float max(FloatVector vector) {
        float max = 0;
        for (float lane : lanes(vector)) {
            max = Math.max(max, lane);
        }
        return max;
    }

    private static float[] lanes(FloatVector vector) {
        float[] lanes = new float[vector.length()];
        vector.intoArray(lanes, 0);
        return lanes;
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
