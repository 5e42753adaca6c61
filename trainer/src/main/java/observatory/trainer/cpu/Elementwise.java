package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;

/** The plain loops over whole tensors: sums, differences, products and multiples. */
final class Elementwise {
    private final Workers workers;

    Elementwise(Workers workers) {
        this.workers = workers;
    }

    /** sum = a + b, in parts of whole rows; {@code measuring} takes the parts of the sum, or is null. */
    void add(Tensor a, Tensor b, Tensor sum, Measuring measuring) {
        int c = sum.columns();
        workers.overRows(sum.rows(), c, (from, to) -> {
            add(a, b, sum, from * c, to * c);
            if (measuring != null) {
                measuring.part((int) (from / Workers.rowsEach(c)), sum, from * c, to * c);
            }
        });
    }

    /** product = a · b, element by element; it may be one of them. */
    void multiply(Tensor a, Tensor b, Tensor product) {
        workers.overElements(product, (from, to) -> multiply(a, b, product, from, to));
    }

    /** tensor = tensor · factor. */
    void scale(Tensor tensor, float factor) {
        workers.overElements(
                tensor,
                (from, to) ->
                        Vectors.scaled(tensor.data(), from, factor, tensor.data(), from, Math.toIntExact(to - from)));
    }

    // Loops over whole vectors in methods of their own, and what is left over one by one: with masks in them the
    // compiler keeps vectors on the heap.

    private static void add(Tensor a, Tensor b, Tensor sum, long from, long to) {
        MemorySegment x = a.data();
        MemorySegment y = b.data();
        MemorySegment out = sum.data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(Vectors.load(x, i).add(Vectors.load(y, i)), out, i);
        }
        for (long i = whole; i < to; i++) {
            sum.set(i, a.get(i) + b.get(i));
        }
    }

    private static void multiply(Tensor a, Tensor b, Tensor product, long from, long to) {
        MemorySegment x = a.data();
        MemorySegment y = b.data();
        MemorySegment out = product.data();
        long whole = Vectors.wholeEnd(from, to);
        for (long i = from; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(Vectors.load(x, i).mul(Vectors.load(y, i)), out, i);
        }
        for (long i = whole; i < to; i++) {
            product.set(i, a.get(i) * b.get(i));
        }
    }
}
