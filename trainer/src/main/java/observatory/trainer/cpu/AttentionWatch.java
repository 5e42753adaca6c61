package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import observatory.probe.Hook;

/**
 * What observers see of attention, one number for each query and head: the largest logit, and how widely the query looks.
 * From the scores before a bias of position is added to them and before softmax overwrites them.
 */
final class AttentionWatch {
    private final Tensor logits; // (B·T, H)
    private final Tensor entropy; // (B·T, H)

    AttentionWatch(Arena arena, int rows, int heads) {
        this.logits = Tensor.zeros(arena, rows, heads);
        this.entropy = Tensor.zeros(arena, rows, heads);
    }

    /**
     * Takes the scores s of one query. With e = exp(s - max) the entropy of softmax is ln Σe - Σ e·(s - max) / Σe, and the
     * largest it can be is ln of the keys seen; a query that sees one key has none to lose, and counts as 1.
     */
    void query(MemorySegment scores, long row, int seen, long at) {
        float max = Vectors.max(scores, row, seen);
        float largest = 0;
        float sum = 0;
        float weighted = 0;
        for (int i = 0; i < seen; i += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(i, seen);
            FloatVector score = Vectors.load(scores, row + i, mask);
            FloatVector below = score.sub(max);
            FloatVector e = Vectors.exp(below);
            largest = Math.max(largest, score.abs().reduceLanes(VectorOperators.MAX, mask));
            sum += e.reduceLanes(VectorOperators.ADD, mask);
            weighted += e.mul(below).reduceLanes(VectorOperators.ADD, mask);
        }
        logits.set(at, largest);
        entropy.set(at, seen == 1 ? 1 : (float) ((Math.log(sum) - weighted / sum) / Math.log(seen)));
    }

    void show(HookLines lines, int layer, int rows) {
        lines.show(Hook.ATTENTION_LOGITS, layer, logits.top(rows));
        lines.show(Hook.ATTENTION_ENTROPY, layer, entropy.top(rows));
    }
}
