package observatory.probe.host;

import observatory.probe.Moments;

final class HostMoments implements HostReduction<Moments> {
    private long count;
    private double sum;
    private double squares;
    private double absMax;
    private long nan;
    private long infinite;

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        int to = from + rows * columns;
        count += rows * columns;
        for (int i = from; i < to; i++) {
            float value = data[i];
            if (Float.isNaN(value)) {
                nan++;
            } else if (Float.isInfinite(value)) {
                infinite++;
            } else {
                sum += value;
                squares += (double) value * value;
                absMax = Math.max(absMax, Math.abs(value));
            }
        }
    }

    @Override
    public Moments result() {
        return new Moments(count, sum, squares, absMax, nan, infinite);
    }
}
