package observatory.trainer.cpu;

/** A non-linearity of single elements and its derivative. */
interface Activation {
    /** y = f(x); {@code measuring} takes the parts of y, or is null. */
    void forward(Tensor x, Tensor y, Measuring measuring);

    /** y = f(x). */
    default void forward(Tensor x, Tensor y) {
        forward(x, y, null);
    }

    /** dx = dy · f'(x); {@code dx} may be {@code dy}. */
    void backward(Tensor dy, Tensor x, Tensor dx);

    /** What the units of an MLP, or the gates of its units, pass. */
    static Activation of(observatory.trainer.ModelSpec.Activation kind, Workers workers) {
        return switch (kind) {
            case GELU, GEGLU -> new Gelu(workers);
            case SWIGLU -> new Silu(workers);
            case SQUARED_RELU -> new SquaredRelu(workers);
        };
    }
}
