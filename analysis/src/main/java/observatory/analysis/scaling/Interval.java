package observatory.analysis.scaling;

/** A range that holds a value with 95 % confidence; NaN where there is none. */
public record Interval(double low, double high) {}
