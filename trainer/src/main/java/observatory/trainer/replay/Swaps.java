package observatory.trainer.replay;

import java.util.BitSet;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import observatory.trainer.BatchEdit;
import observatory.trainer.Recipe;
import observatory.trainer.Sampling;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;

/** What a trial trains on instead of what the run was trained on. */
public final class Swaps {
    private static final long ORDER = 0x0DDE12L;

    private Swaps() {}

    /** The same sequences in another order, and so in other micro-batches: what rounding alone does. */
    public static IntFunction<BatchEdit> permuted(long seed) {
        return rank -> (step, drawn) -> {
            int[] order = new int[drawn.size()];
            for (int i = 0; i < order.length; i++) {
                int j = (int) Long.remainderUnsigned(SplitMix.bits(ORDER + seed, step * 1_000_003 + i), i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            return drawn.pick(order);
        };
    }

    /**
     * Other sequences in the steps from {@code first} to {@code last}: drawn by the rule of the run, with numbers it
     * never came to, {@code block} blocks of that many steps beyond its planned end. The rest in another order.
     */
    public static IntFunction<BatchEdit> control(Recipe recipe, long first, long last, int block) {
        Sampling sampling = new Sampling(recipe.corpus(), recipe.model(), recipe.training());
        int batch = recipe.training().batch();
        long unused = (long) recipe.training().steps() * batch;
        IntFunction<BatchEdit> order = permuted(block);
        return rank -> (step, drawn) -> {
            if (step < first || step > last) {
                return order.apply(rank).edit(step, drawn);
            }
            long at = unused + ((long) block * (last - first + 1) + step - first) * batch + (long) rank * drawn.size();
            return sampling.draw(new Sampling.Draw(
                    at, drawn.size(), drawn.context(), recipe.training().mixture()));
        };
    }

    /** Given batches, by rank and step; every other step keeps its own. */
    public static IntFunction<BatchEdit> given(IntFunction<Map<Long, TokenBatch>> batches) {
        return rank -> (step, drawn) -> batches.apply(rank).getOrDefault(step, drawn);
    }

    /** A step without some of its sequences, by their numbers in the batch of one rank. */
    public static IntFunction<BatchEdit> without(long step, int rank, int... left) {
        BitSet gone = new BitSet();
        for (int row : left) {
            gone.set(row);
        }
        return asked -> (now, drawn) -> {
            if (asked != rank || now != step) {
                return drawn;
            }
            int[] kept = IntStream.range(0, drawn.size())
                    .filter(row -> !gone.get(row))
                    .toArray();
            return drawn.pick(kept);
        };
    }
}
