package observatory.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one pass trains on: for each sequence where it was read, and its tokens one after the other.
 *
 * @param context tokens of each sequence
 * @param inputs (batch, context) token ids, row-major
 * @param targets (batch, context) the token that follows each input
 * @param prefixes (batch) how many tokens at the start of a sequence see each other; 0 in causal training
 */
public record TokenBatch(List<Place> places, int context, int[] inputs, int[] targets, int[] prefixes) {

    /** Where a sequence begins: its source and the offset there, in tokens. */
    public record Place(String source, long offset) {}

    /** Causal sequences. */
    public TokenBatch(List<Place> places, int context, int[] inputs, int[] targets) {
        this(places, context, inputs, targets, new int[places.size()]);
    }

    public int size() {
        return places.size();
    }

    /** The first place of a sequence whose next token is predicted: what lies inside the prefix is given away. */
    public int firstTarget(int row) {
        return Math.max(0, prefixes[row] - 1);
    }

    /** Places of a sequence whose next token is predicted. */
    public int targets(int row) {
        return context - firstTarget(row);
    }

    /** The same sequences with other tokens. */
    public TokenBatch with(int[] otherInputs, int[] otherTargets) {
        return new TokenBatch(places, context, otherInputs, otherTargets, prefixes);
    }

    /** The sequences but those read at a place; refuses to leave none. */
    public TokenBatch without(Place place) {
        int[] kept = IntStream.range(0, size())
                .filter(row -> !places.get(row).equals(place))
                .toArray();
        if (kept.length == 0 || kept.length == size()) {
            throw new IllegalArgumentException("a batch loses one of several sequences: sequences=" + size()
                    + ", removed=" + place + ", left=" + kept.length + "; name a place of this batch");
        }
        return pick(kept);
    }

    /** Sequences by their numbers, in this order. */
    public TokenBatch pick(int... rows) {
        List<Place> picked = new ArrayList<>();
        int[] in = new int[rows.length * context];
        int[] out = new int[rows.length * context];
        int[] before = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            picked.add(places.get(rows[i]));
            System.arraycopy(inputs, rows[i] * context, in, i * context, context);
            System.arraycopy(targets, rows[i] * context, out, i * context, context);
            before[i] = prefixes[rows[i]];
        }
        return new TokenBatch(List.copyOf(picked), context, in, out, before);
    }

    /** Sequences from (inclusive) to (exclusive). */
    public TokenBatch rows(int from, int to) {
        return new TokenBatch(
                places.subList(from, to),
                context,
                Arrays.copyOfRange(inputs, from * context, to * context),
                Arrays.copyOfRange(targets, from * context, to * context),
                Arrays.copyOfRange(prefixes, from, to));
    }
}
