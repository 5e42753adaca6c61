package observatory.trainer;

import java.util.List;

/**
 * What a step trains on: for each sequence where it was read, and its tokens one after the other.
 *
 * @param inputs (batch, context) token ids, row-major
 * @param targets (batch, context) the token that follows each input
 */
public record TokenBatch(List<Place> places, int context, int[] inputs, int[] targets) {

    /** Where a sequence begins: its source and the offset there, in tokens. */
    public record Place(String source, long offset) {}

    public int size() {
        return places.size();
    }
}
