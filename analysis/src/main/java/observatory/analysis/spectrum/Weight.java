package observatory.analysis.spectrum;

import observatory.analysis.spectrum.file.Tensor;

/**
 * A matrix of (rows, columns) with rows ≥ columns, as a view of a tensor: a dense weight, transposed where it is wide,
 * or one kernel position of a convolution.
 *
 * @param factor what every element is multiplied by
 * @param signs which random signs its elements are given, 0 for their own
 */
record Weight(Tensor tensor, long first, Extent rows, Extent columns, double factor, int signs) {
    /** How many there are, and how many elements of the tensor lie between neighbours. */
    record Extent(int count, long stride) {}

    static Weight of(Tensor tensor, long first, Extent a, Extent b, double factor) {
        return a.count() >= b.count()
                ? new Weight(tensor, first, a, b, factor, 0)
                : new Weight(tensor, first, b, a, factor, 0);
    }

    /** The same sizes with other signs, the same ones for the same number above 0. */
    Weight withSigns(int draw) {
        return new Weight(tensor, first, rows, columns, factor, draw);
    }

    /** Rows {@code from} to {@code from + count} of the matrix, row-major. */
    double[] panel(int from, int count) {
        double[] panel = new double[count * columns.count()];
        boolean alongRows = columns.stride() <= rows.stride();
        double[] line = new double[alongRows ? columns.count() : count];
        for (int i = 0; i < (alongRows ? count : columns.count()); i++) {
            long start = first + from * rows.stride() + i * (alongRows ? rows.stride() : columns.stride());
            tensor.read(start, alongRows ? columns.stride() : rows.stride(), line);
            for (int j = 0; j < line.length; j++) {
                panel[alongRows ? i * columns.count() + j : j * columns.count() + i] = factor * line[j];
            }
        }
        if (signs != 0) {
            for (int i = 0; i < panel.length; i++) {
                panel[i] *= sign((long) from * columns.count() + i);
            }
        }
        return panel;
    }

    /** A bit of SplitMix64's output (Steele, Lea and Flood 2014) for the element with this number. */
    private int sign(long element) {
        long z = (element + ((long) signs << 48)) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (z ^ (z >>> 31)) < 0 ? -1 : 1;
    }

    /** Rows for which a panel takes 4 MiB: in the cache, and few calls. */
    int panelRows() {
        return Math.clamp((4 << 20) / Double.BYTES / columns.count(), 1, rows.count());
    }
}
