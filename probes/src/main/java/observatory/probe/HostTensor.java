package observatory.probe;

/**
 * A row-major matrix in an array on the heap, as a trainer written against this module hands it over.
 *
 * @param data (rows, columns)
 */
public record HostTensor(float[] data, int rows, int columns) {
    public HostTensor {
        if (rows < 0 || columns < 0 || (long) rows * columns != data.length) {
            throw new IllegalArgumentException("rows times columns is the number of elements: rows=" + rows
                    + ", columns=" + columns + ", elements=" + data.length);
        }
    }

    /** One row. */
    public static HostTensor of(float... data) {
        return new HostTensor(data, 1, data.length);
    }
}
