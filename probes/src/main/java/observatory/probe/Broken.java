package observatory.probe;

/** How many of a tensor's elements are NaN, and how many are infinite. */
public record Broken(long nan, long infinite) {}
