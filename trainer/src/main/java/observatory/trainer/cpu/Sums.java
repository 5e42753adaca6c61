package observatory.trainer.cpu;

import observatory.probe.Moments;

/** Sums in a fixed order, whoever computed the parts. */
final class Sums {
    private Sums() {}

    /** sum = keep · sum + the rows of parts, from a column on as many as the sum has, in the order of the rows. */
    static void ofRows(Tensor parts, int column, float keep, Tensor sum) {
        int c = sum.columns();
        if (keep == 0) {
            sum.clear();
        }
        for (int part = 0; part < parts.rows(); part++) {
            long at = (long) part * parts.columns() + column;
            add(sum, 0, parts, at, c);
        }
    }

    /** Adds a run of elements to another. A loop over whole vectors: with masks in it the compiler keeps them on the heap. */
    static void add(Tensor sum, long to, Tensor more, long from, int count) {
        int whole = (int) Vectors.wholeEnd(0, count);
        for (int i = 0; i < whole; i += Vectors.WIDE.length()) {
            Vectors.store(
                    Vectors.load(sum.data(), to + i).add(Vectors.load(more.data(), from + i)), sum.data(), to + i);
        }
        for (int i = whole; i < count; i++) {
            sum.set(to + i, sum.get(to + i) + more.get(from + i));
        }
    }

    /** Moments of a tensor: parts of a fixed size, from all threads, added in their order. */
    static Moments moments(Workers workers, Tensor tensor) {
        Moments[] parts = new Moments[Workers.parts(tensor.size(), 1)];
        workers.overElements(
                tensor, (from, to) -> parts[(int) (from / Workers.GRAIN)] = TensorMoments.of(tensor, from, to));
        return TensorMoments.together(parts);
    }
}
