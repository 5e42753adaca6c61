package observatory.probe.host;

import observatory.probe.RowNorms;

final class HostRows implements HostReduction<RowNorms> {
    private long whole;
    private long broken;
    private int width;
    private double sum;
    private double largest;

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        width = columns;
        for (int row = 0; row < rows; row++) {
            double squares = 0;
            int begin = from + row * columns;
            for (int i = begin; i < begin + columns; i++) {
                squares += (double) data[i] * data[i];
            }
            if (Double.isFinite(squares)) {
                whole++;
                sum += squares;
                largest = Math.max(largest, squares);
            } else {
                broken++;
            }
        }
    }

    @Override
    public RowNorms result() {
        return new RowNorms(whole, width, sum, largest, broken);
    }
}
