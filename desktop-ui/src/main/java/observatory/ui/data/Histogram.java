package observatory.ui.data;

/**
 * How many elements of a tensor lie in each binade at one step: {@code counts[i]} have a magnitude from 2^(top − i) to
 * below 2^(top − i + 1); the last count takes everything below as well.
 */
public record Histogram(int top, float[] counts) {
    /** Elements counted, zeros not among them. */
    public double total() {
        double sum = 0;
        for (float count : counts) {
            sum += count;
        }
        return sum;
    }

    public int bottom() {
        return top - counts.length + 1;
    }

    /** The share of elements in the binade of an exponent. */
    public double share(int exponent) {
        int at = top - exponent;
        return at < 0 || at >= counts.length ? 0 : counts[at] / total();
    }

    /** The share of elements in binades from {@code low} up to but without {@code high}. */
    public double share(int low, int high) {
        double sum = 0;
        for (int exponent = Math.max(low, bottom()); exponent < high && exponent <= top; exponent++) {
            sum += share(exponent);
        }
        return sum;
    }
}
