package observatory.probe.host;

import observatory.probe.ColumnSums;

final class HostColumns implements HostReduction<ColumnSums> {
    private long count;
    private double[] sum = new double[0];
    private double[] squares = new double[0];
    private double[] absMax = new double[0];

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        if (sum.length == 0) {
            sum = new double[columns];
            squares = new double[columns];
            absMax = new double[columns];
        }
        count += rows;
        for (int row = 0; row < rows; row++) {
            int begin = from + row * columns;
            for (int column = 0; column < columns; column++) {
                double value = data[begin + column];
                if (Double.isFinite(value)) {
                    sum[column] += value;
                    squares[column] += value * value;
                    absMax[column] = Math.max(absMax[column], Math.abs(value));
                }
            }
        }
    }

    @Override
    public ColumnSums result() {
        return new ColumnSums(count, sum, squares, absMax);
    }
}
