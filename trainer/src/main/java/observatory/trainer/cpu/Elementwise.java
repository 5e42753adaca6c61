package observatory.trainer.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The plain loops over whole tensors: sums, differences, products and multiples. */
final class Elementwise {
    private final Workers workers;

    Elementwise(Workers workers) {
        this.workers = workers;
    }

    /** sum = a + b; {@code measuring} takes the parts of the sum, or is null. */
    void add(Tensor a, Tensor b, Tensor sum, Measuring measuring) {
        workers.overElements(sum, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                Vectors.store(
                        Vectors.load(a.data(), i, mask).add(Vectors.load(b.data(), i, mask)), sum.data(), i, mask);
            }
            if (measuring != null) {
                measuring.part((int) (from / Workers.GRAIN), sum, from, to);
            }
        });
    }

    /** product = a · b, element by element; it may be one of them. */
    void multiply(Tensor a, Tensor b, Tensor product) {
        workers.overElements(product, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                FloatVector both = Vectors.load(a.data(), i, mask).mul(Vectors.load(b.data(), i, mask));
                Vectors.store(both, product.data(), i, mask);
            }
        });
    }

    /** tensor = tensor · factor. */
    void scale(Tensor tensor, float factor) {
        workers.overElements(tensor, (from, to) -> {
            for (long i = from; i < to; i += Vectors.WIDE.length()) {
                VectorMask<Float> mask = Vectors.within(i, to);
                Vectors.store(Vectors.load(tensor.data(), i, mask).mul(factor), tensor.data(), i, mask);
            }
        });
    }
}
