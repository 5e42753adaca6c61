package observatory.probe.efficiency;

/**
 * A matrix product of (rows, inner) and (inner, columns), taken {@code times} a step.
 *
 * @param name for people, such as {@code mlp.up backward weight}
 */
public record Gemm(String name, long rows, long columns, long inner, long times) {
    public Gemm {
        if (rows < 1 || columns < 1 || inner < 1 || times < 1) {
            throw new IllegalArgumentException("a matrix product has at least one row, column and term: " + rows + " x "
                    + columns + " x " + inner + ", " + times + " times");
        }
    }

    /** Multiplications and additions of all of them. */
    public double flops() {
        return 2.0 * rows * columns * inner * times;
    }
}
