package observatory.cli.train;

/** A series in one line of text. A cell shows the largest value of its stretch, so that a one-step spike is seen. */
final class Sparkline {
    private static final String LEVELS = "▁▂▃▄▅▆▇█";
    private static final char NOT_FINITE = '✕';

    private Sparkline() {}

    static String of(double[] values, int width) {
        int cells = Math.min(width, values.length);
        double[] largest = new double[cells];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int cell = 0; cell < cells; cell++) {
            int from = (int) ((long) cell * values.length / cells);
            int to = (int) ((long) (cell + 1) * values.length / cells);
            largest[cell] = values[from];
            for (int i = from; i < to; i++) {
                // Math.max keeps a NaN, which must be seen as well.
                largest[cell] = Math.max(largest[cell], values[i]);
                if (Double.isFinite(values[i])) {
                    low = Math.min(low, values[i]);
                    high = Math.max(high, values[i]);
                }
            }
        }
        StringBuilder line = new StringBuilder(cells);
        for (double value : largest) {
            if (Double.isFinite(value)) {
                double share = high > low ? (value - low) / (high - low) : 0;
                line.append(LEVELS.charAt((int) Math.min(LEVELS.length() - 1, share * LEVELS.length())));
            } else {
                line.append(NOT_FINITE);
            }
        }
        return line.toString();
    }
}
