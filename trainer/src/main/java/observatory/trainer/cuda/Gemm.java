package observatory.trainer.cuda;

/** Matrix products on the device, of the three kinds that a linear layer needs, on row-major matrices. */
interface Gemm {

    /** Which of the operands are read transposed. */
    enum Kind {
        /** c (m, n) = a (m, k) · b (n, k)ᵀ: the output of a layer from its input and weights. */
        FORWARD,
        /** c (m, n) = a (m, k) · b (k, n): the gradient of its input from that of its output and the weights. */
        INPUT_GRADIENT,
        /** c (m, n) = a (k, m)ᵀ · b (k, n), c in float: the gradient of its weights. */
        WEIGHT_GRADIENT
    }

    /** Sizes of a product: c is (m, n), and k is what is summed over. */
    record Shape(Kind kind, int m, int n, int k) {}

    /** Enqueues c = a · b, or c = c + a · b for a weight gradient that accumulates. */
    void multiply(Shape shape, long a, long b, long c, boolean accumulate);

    /** What computes, with its version, for people and for the record of a run. */
    String label();
}
