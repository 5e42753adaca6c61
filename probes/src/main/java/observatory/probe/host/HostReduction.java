package observatory.probe.host;

/**
 * One reduction under way over a tensor that comes in rows, in order and in any number of pieces; the pieces never
 * change the result. In double and without tricks: what a foreign trainer uses, what other backends are checked
 * against, and what they fall back on for reductions that are rare.
 */
public interface HostReduction<R> {
    /** Takes {@code rows} rows of {@code columns} elements that begin at an index. */
    void rows(float[] data, int from, int rows, int columns);

    R result();
}
