package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import observatory.trainer.FixedPositions;
import observatory.trainer.ModelSpec;

/**
 * Attention with linear biases: scores are lowered by slope times distance, with slopes 2^(-8h/H) for heads 1 to H
 * (Press et al., arXiv 2108.12409; where H is no power of two, their interleaving of the two nearest ones).
 */
final class Alibi {
    private final float[] slopes;
    private final int context;
    private final Tensor distances; // (1, 2T), -|k| for k from -T to T - 1

    Alibi(Arena arena, ModelSpec spec) {
        this.slopes = FixedPositions.slopes(spec.heads());
        this.context = spec.context();
        this.distances = Tensor.zeros(arena, 1, 2 * context);
        for (int k = -context; k < context; k++) {
            distances.set(context + k, -Math.abs(k));
        }
    }

    /** Adds the bias of a head to the scores of the token in a row. */
    void add(MemorySegment scores, long at, int row, Attention.Head head) {
        FloatVector slope = Vectors.broadcast(slopes[head.number]);
        for (int j = 0; j < head.context; j += Vectors.WIDE.length()) {
            VectorMask<Float> mask = Vectors.within(j, head.context);
            FloatVector distance = Vectors.load(distances.data(), context - row + j, mask);
            Vectors.store(distance.fma(slope, Vectors.load(scores, at + j, mask)), scores, at + j, mask);
        }
    }
}
