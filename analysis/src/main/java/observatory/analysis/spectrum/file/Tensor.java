package observatory.analysis.spectrum.file;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One weight as it lies in its file, which must stay open while it is read.
 *
 * @param layout how its elements follow each other, and where a convolution has its kernel
 */
public record Tensor(String name, List<Long> shape, Element element, Layout layout, MemorySegment bytes) {
    public Tensor {
        shape = List.copyOf(shape);
    }

    /**
     * @param firstFastest whether the first index runs fastest (Fortran), not the last
     * @param kernelLast whether the format itself says that a convolution's kernel stands in its last dimensions
     */
    public record Layout(ByteOrder order, boolean firstFastest, boolean kernelLast) {
        public static final Layout PLAIN = new Layout(ByteOrder.LITTLE_ENDIAN, false, false);
        public static final Layout KERNEL_LAST = new Layout(ByteOrder.LITTLE_ENDIAN, false, true);
    }

    /** How many elements lie between neighbours in a dimension. */
    public long stride(int dimension) {
        long stride = 1;
        for (int d = 0; d < shape.size(); d++) {
            if (layout.firstFastest() ? d < dimension : d > dimension) {
                stride *= shape.get(d);
            }
        }
        return stride;
    }

    /** Elements {@code stride} apart, the first at a distance from the beginning; both count elements. */
    public void read(long first, long stride, double[] to) {
        element.read(bytes, layout.order(), first, stride, to);
    }
}
