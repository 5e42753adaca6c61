package observatory.probe.host;

import observatory.probe.Squares;

final class HostSquares implements HostReduction<Squares> {
    private final HostMoments moments = new HostMoments();

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        moments.rows(data, from, rows, columns);
    }

    @Override
    public Squares result() {
        return moments.result().squares();
    }
}
