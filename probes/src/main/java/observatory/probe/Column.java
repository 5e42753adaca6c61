package observatory.probe;

import java.util.Arrays;

/** One metric of a frame: {@code values[i]} was measured at the frame's site number {@code at[i]}. */
public record Column(String metric, int[] at, double[] values) {
    public Column {
        if (at.length != values.length) {
            throw new IllegalArgumentException("metric " + metric + " needs one value for each site: sites=" + at.length
                    + ", values=" + values.length);
        }
    }

    public int size() {
        return at.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Column that
                && metric.equals(that.metric)
                && Arrays.equals(at, that.at)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * metric.hashCode() + Arrays.hashCode(at)) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return metric + Arrays.toString(at) + Arrays.toString(values);
    }
}
