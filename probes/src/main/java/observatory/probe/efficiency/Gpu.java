package observatory.probe.efficiency;

/**
 * A GPU by the number of its streaming multiprocessors, each of which works on one tile of a matrix product at a time.
 */
public enum Gpu {
    V100(80),
    A100(108),
    H100_PCIE(114),
    H100(132),
    H200(132);

    private final int multiprocessors;

    Gpu(int multiprocessors) {
        this.multiprocessors = multiprocessors;
    }

    public int multiprocessors() {
        return multiprocessors;
    }
}
