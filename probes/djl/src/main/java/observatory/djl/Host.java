package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import observatory.probe.HostTensor;

/** Copies of arrays on the host, as fp32. Everything made on the way is closed. */
final class Host {
    private Host() {}

    /** A matrix whose columns are the last dimension. */
    static HostTensor tensor(NDArray array) {
        float[] data = floats(array);
        Shape shape = array.getShape();
        int columns = shape.dimension() == 0 ? 1 : Math.toIntExact(shape.get(shape.dimension() - 1));
        return new HostTensor(data, columns == 0 ? 0 : data.length / columns, columns);
    }

    static float[] floats(NDArray array) {
        // What is made on the way, by the engine too, such as a copy from a device or one without gaps.
        try (NDScope _ = new NDScope()) {
            NDArray dense = array.isSparse() ? array.toDense() : array;
            return dense.toType(DataType.FLOAT32, false).toFloatArray();
        }
    }

    /** In single precision, on the engine. */
    static NDArray squares(NDArray array) {
        if (array.getDataType() == DataType.FLOAT32) {
            return array.square();
        }
        try (NDArray single = array.toType(DataType.FLOAT32, true)) {
            return single.square();
        }
    }

    /**
     * Matrices side by side; those that have not as many rows as the first, as where queries look at another text, are
     * left out.
     */
    static HostTensor beside(List<HostTensor> all) {
        int rows = all.getFirst().rows();
        List<HostTensor> parts =
                all.stream().filter(part -> part.rows() == rows).toList();
        int columns = parts.stream().mapToInt(HostTensor::columns).sum();
        float[] data = new float[rows * columns];
        int at = 0;
        for (HostTensor part : parts) {
            for (int row = 0; row < rows; row++) {
                System.arraycopy(part.data(), row * part.columns(), data, row * columns + at, part.columns());
            }
            at += part.columns();
        }
        return new HostTensor(data, rows, columns);
    }

    /** ln Σ e to the elements of each row, (rows, 1), where the logits lie: as ln Σ e^(x - max x) + max x. */
    static HostTensor logSumExp(NDArray logits) {
        if (logits.getDataType() != DataType.FLOAT32) {
            try (NDArray single = logits.toType(DataType.FLOAT32, true)) {
                return logSumExp(single);
            }
        }
        int[] row = {-1};
        try (NDArray largest = logits.max(row, true);
                NDArray below = logits.sub(largest);
                NDArray powers = below.exp();
                NDArray sum = powers.sum(row, true);
                NDArray log = sum.log();
                NDArray all = log.add(largest)) {
            return tensor(all);
        }
    }
}
