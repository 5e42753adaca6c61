package observatory.trainer.cpu;

import observatory.kernel.blas.Blas;
import observatory.kernel.blas.Blas.Operand;
import observatory.kernel.blas.Blas.Shape;

/** y = x · wᵀ with x (rows, in), w (out, in), y (rows, out), and the two products of its backward pass. */
final class Linear {
    /** Rows of one part. OpenBLAS takes another path for a single row, so parts are cut by shape alone. */
    private static final int ROWS = 128;

    private final Workers workers;

    Linear(Workers workers) {
        this.workers = workers;
    }

    void forward(Tensor x, Tensor w, Tensor y) {
        forward(x, w, y, null);
    }

    /** @param measuring the parts of y, or null */
    void forward(Tensor x, Tensor w, Tensor y, Measuring measuring) {
        inParts(x.rows(), (from, rows) -> {
            Blas.multiply(
                    new Shape(rows, w.rows(), w.columns()),
                    1,
                    Operand.of(x.from(from * x.columns()), x.columns()),
                    Operand.transposed(w.data(), w.columns()),
                    0,
                    Operand.of(y.from(from * y.columns()), y.columns()));
            if (measuring != null) {
                measuring.part((int) (from / ROWS), y, from * y.columns(), (from + rows) * y.columns());
            }
        });
    }

    /** Parts of a product with so many rows. */
    static int parts(int rows) {
        return (rows + ROWS - 1) / ROWS;
    }

    /** dx = dy · w + keep · dx. */
    void backwardInput(Tensor dy, Tensor w, float keep, Tensor dx) {
        inParts(
                dy.rows(),
                (from, rows) -> Blas.multiply(
                        new Shape(rows, w.columns(), w.rows()),
                        1,
                        Operand.of(dy.from(from * dy.columns()), dy.columns()),
                        Operand.of(w.data(), w.columns()),
                        keep,
                        Operand.of(dx.from(from * dx.columns()), dx.columns())));
    }

    /** dw = dyᵀ · x + keep · dw. */
    void backwardWeight(Tensor dy, Tensor x, float keep, Tensor dw) {
        inParts(
                dw.rows(),
                (from, rows) -> Blas.multiply(
                        new Shape(rows, dw.columns(), dy.rows()),
                        1,
                        Operand.transposed(dy.from(from), dy.columns()),
                        Operand.of(x.data(), x.columns()),
                        keep,
                        Operand.of(dw.from(from * dw.columns()), dw.columns())));
    }

    @FunctionalInterface
    private interface Part {
        void run(long from, int rows);
    }

    private void inParts(int rows, Part part) {
        workers.run(parts(rows), i -> {
            long from = (long) i * ROWS;
            part.run(from, (int) Math.min(ROWS, rows - from));
        });
    }
}
