package observatory.probe.host;

import observatory.probe.Range;

final class HostRange implements HostReduction<Range> {
    private long finite;
    private double min = Double.NaN;
    private double max = Double.NaN;
    private double sum;

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        int to = from + rows * columns;
        for (int i = from; i < to; i++) {
            double value = data[i];
            if (!Double.isFinite(value)) {
                continue;
            }
            min = finite == 0 ? value : Math.min(min, value);
            max = finite == 0 ? value : Math.max(max, value);
            sum += value;
            finite++;
        }
    }

    @Override
    public Range result() {
        return new Range(finite, min, max, sum);
    }
}
