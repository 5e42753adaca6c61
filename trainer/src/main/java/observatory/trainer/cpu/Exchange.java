package observatory.trainer.cpu;

import java.util.List;
import java.util.concurrent.Phaser;

/**
 * The all-reduce of data-parallel ranks in one JVM. Each rank averages its share of the elements over all ranks, in the
 * order of the ranks, so the bits do not depend on who comes first, and all ranks end with the same ones.
 */
public final class Exchange {
    private final Phaser together;
    private final List<List<Parameter>> parameters;
    private final double[][] numbers;

    public Exchange(int ranks) {
        this.together = new Phaser(ranks);
        this.parameters = new java.util.ArrayList<>(java.util.Collections.nCopies(ranks, List.of()));
        this.numbers = new double[ranks][];
    }

    int ranks() {
        return numbers.length;
    }

    /** Ranks that wait for one that failed, or come to wait for it later, fail too. */
    public void abandon() {
        together.forceTermination();
    }

    /** Replaces a rank's gradients by their mean over all ranks. */
    void average(int rank, List<Parameter> mine) {
        parameters.set(rank, mine);
        await();
        for (int p = 0; p < mine.size(); p++) {
            long size = mine.get(p).gradient().size();
            averageElements(p, size * rank / ranks(), size * (rank + 1) / ranks());
        }
        await();
    }

    /** The sums over all ranks of numbers that each has as many of. */
    double[] sums(int rank, double... mine) {
        numbers[rank] = mine;
        await();
        double[] sums = new double[mine.length];
        for (double[] each : numbers) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += each[i];
            }
        }
        await();
        return sums;
    }

    private void averageElements(int p, long from, long to) {
        for (long i = from; i < to; i += Vectors.WIDE.length()) {
            var mask = Vectors.within(i, to);
            var sum = Vectors.load(parameters.getFirst().get(p).gradient().data(), i, mask);
            for (int other = 1; other < ranks(); other++) {
                sum = sum.add(
                        Vectors.load(parameters.get(other).get(p).gradient().data(), i, mask));
            }
            var mean = sum.mul(1f / ranks());
            for (List<Parameter> each : parameters) {
                Vectors.store(mean, each.get(p).gradient().data(), i, mask);
            }
        }
    }

    private void await() {
        try {
            if (together.awaitAdvanceInterruptibly(together.arrive()) < 0) {
                throw new IllegalStateException("another rank failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for another rank", e);
        }
    }
}
