package observatory.ui.chart;

/** A stretch of an axis, such as the steps in view. Never empty. */
public record Span(double low, double high) {
    public Span {
        if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new IllegalArgumentException("a span needs low < high, both finite: low=" + low + ", high=" + high);
        }
    }

    /** From one value to another, made a little wider where both are the same. */
    public static Span over(double low, double high) {
        return high > low ? new Span(low, high) : new Span(low - 0.5, low + 0.5);
    }

    public double length() {
        return high - low;
    }

    public boolean contains(double value) {
        return value >= low && value <= high;
    }

    /** Where a value lies, 0 at the low end and 1 at the high one. */
    public double share(double value) {
        return (value - low) / (high - low);
    }

    public double at(double share) {
        return low + share * (high - low);
    }

    public Span moved(double by) {
        return new Span(low + by, high + by);
    }

    /** As long as {@code factor} times this one, with {@code about} at the same place in it. */
    public Span zoomed(double factor, double about) {
        return over(about - (about - low) * factor, about + (high - about) * factor);
    }

    /** This span, moved and if need be shortened to lie within another. */
    public Span within(Span all) {
        if (length() >= all.length()) {
            return all;
        }
        double by = low < all.low ? all.low - low : high > all.high ? all.high - high : 0;
        return by == 0 ? this : moved(by);
    }
}
