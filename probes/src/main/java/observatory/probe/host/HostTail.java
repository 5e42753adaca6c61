package observatory.probe.host;

import observatory.probe.Tail;

final class HostTail implements HostReduction<Tail> {
    private final float threshold;
    private long finite;
    private long above;

    HostTail(float threshold) {
        this.threshold = threshold;
    }

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        int to = from + rows * columns;
        for (int i = from; i < to; i++) {
            float magnitude = Math.abs(data[i]);
            finite += magnitude <= Float.MAX_VALUE ? 1 : 0;
            above += magnitude > threshold && magnitude <= Float.MAX_VALUE ? 1 : 0;
        }
    }

    @Override
    public Tail result() {
        return new Tail(finite, above);
    }
}
