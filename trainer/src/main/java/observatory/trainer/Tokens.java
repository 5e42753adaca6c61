package observatory.trainer;

/** A run of token ids that may be far larger than memory. Any thread. */
public interface Tokens {
    long size();

    /** Copies {@code count} ids from a place on into an array from an index on. */
    void copy(long from, int[] into, int at, int count);
}
