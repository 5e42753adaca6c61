package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.trainer.TokenBatch;

/**
 * What a pass needs from the host, as one stretch of memory: tokens, targets, what each token counts in the loss, and
 * its rows sorted by token, so that the gradient of the embedding is summed in a fixed order. All arrays are as long as
 * the largest pass needs.
 */
final class Packet {
    /** Rows that one block of the embedding's backward pass sums. */
    private static final int PART = 32;

    private static final int PART_INTS = 4;

    private final int rows;
    private final int mostParts;
    private final int vocabulary;
    private final int sequences;

    Packet(int sequences, int context, int vocabulary) {
        this.sequences = sequences;
        this.rows = sequences * context;
        this.vocabulary = vocabulary;
        this.mostParts = mostParts(rows, vocabulary);
    }

    /** Every part but a token's last is full. */
    static int mostParts(int rows, int vocabulary) {
        return rows / PART + Math.min(rows, vocabulary);
    }

    long bytes() {
        return (5L * rows + (long) PART_INTS * mostParts + sequences + 1) * Integer.BYTES;
    }

    /** Where the parts of a packet are, which itself begins at an address. */
    record Places(
            long inputs,
            long targets,
            long stepShares,
            long sequenceShares,
            long sortedRows,
            long parts,
            long partCount,
            long prefixes,
            int mostParts) {
        LossKernels.Targets loss() {
            return new LossKernels.Targets(targets, stepShares, sequenceShares);
        }

        EmbeddingKernels.SortedTokens sorted() {
            return new EmbeddingKernels.SortedTokens(sortedRows, parts, partCount, mostParts);
        }
    }

    Places at(long address) {
        long each = (long) rows * Integer.BYTES;
        long parts = address + 5 * each;
        long count = parts + (long) PART_INTS * mostParts * Integer.BYTES;
        return new Places(
                address,
                address + each,
                address + 2 * each,
                address + 3 * each,
                address + 4 * each,
                parts,
                count,
                count + Integer.BYTES,
                mostParts);
    }

    /** @param stepSequences sequences of all passes of the step, over which the loss is a mean */
    void write(TokenBatch batch, int stepSequences, MemorySegment into) {
        Places places = at(0);
        MemorySegment.copy(batch.inputs(), 0, into, JAVA_INT, places.inputs(), batch.inputs().length);
        MemorySegment.copy(batch.targets(), 0, into, JAVA_INT, places.targets(), batch.targets().length);
        for (int row = 0; row < batch.size(); row++) {
            into.set(JAVA_INT, places.prefixes() + (long) row * Integer.BYTES, batch.prefixes()[row]);
            double share = 1.0 / batch.targets(row);
            for (int t = 0; t < batch.context(); t++) {
                long at = ((long) row * batch.context() + t) * Float.BYTES;
                boolean counts = t >= batch.firstTarget(row);
                into.set(JAVA_FLOAT, places.stepShares() + at, counts ? (float) (share / stepSequences) : 0);
                into.set(JAVA_FLOAT, places.sequenceShares() + at, counts ? (float) share : 0);
            }
        }
        sort(batch.inputs(), places, into);
    }

    private void sort(int[] inputs, Places places, MemorySegment into) {
        int[] starts = new int[vocabulary + 1];
        for (int token : inputs) {
            starts[token + 1]++;
        }
        for (int token = 0; token < vocabulary; token++) {
            starts[token + 1] += starts[token];
        }
        int[] next = Arrays.copyOf(starts, vocabulary);
        for (int row = 0; row < inputs.length; row++) {
            into.setAtIndex(JAVA_INT, places.sortedRows() / Integer.BYTES + next[inputs[row]]++, row);
        }
        int count = 0;
        for (int token = 0; token < vocabulary; token++) {
            int of = (starts[token + 1] - starts[token] + PART - 1) / PART;
            for (int part = 0; part < of; part++) {
                int first = starts[token] + part * PART;
                long at = places.parts() / Integer.BYTES + (long) PART_INTS * count++;
                into.setAtIndex(JAVA_INT, at, token);
                into.setAtIndex(JAVA_INT, at + 1, first);
                into.setAtIndex(JAVA_INT, at + 2, Math.min(PART, starts[token + 1] - first));
                into.setAtIndex(JAVA_INT, at + 3, part == 0 ? of : 0);
            }
        }
        into.set(JAVA_INT, places.partCount(), count);
    }
}
