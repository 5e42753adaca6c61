package observatory.probe.host;

import observatory.probe.Shape;

final class HostShape implements HostReduction<Shape> {
    private long finite;
    private long zeros;
    private double sum;
    private double squares;
    private double cubes;
    private double fourths;

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        int to = from + rows * columns;
        for (int i = from; i < to; i++) {
            double value = data[i];
            if (!Double.isFinite(value)) {
                continue;
            }
            finite++;
            zeros += value == 0 ? 1 : 0;
            double square = value * value;
            sum += value;
            squares += square;
            cubes += square * value;
            fourths += square * square;
        }
    }

    @Override
    public Shape result() {
        return new Shape(finite, zeros, sum, squares, cubes, fourths);
    }
}
