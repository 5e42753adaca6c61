package observatory.analysis.detector;

import java.util.Objects;

/**
 * A threshold: its name in a rules file, its default, the values that make sense, its unit, and why the default is what
 * it is. A default has a reason that holds for a run nobody has seen: a unit, a noise model, a rate of false alarms.
 */
public record Setting(String name, double preset, Range range, String unit, String why) {

    /** Both ends belong to it. */
    public record Range(double low, double high) {
        public Range {
            if (!(low <= high)) {
                throw new IllegalArgumentException("a range goes from low to high: low=" + low + ", high=" + high);
            }
        }

        boolean holds(double value) {
            return value >= low && value <= high;
        }
    }

    public Setting {
        Objects.requireNonNull(unit, "unit");
        if (!range.holds(preset) || why.isBlank()) {
            throw new IllegalArgumentException("a setting has a default inside its range and a reason: " + name);
        }
    }

    public static Range from(double low, double high) {
        return new Range(low, high);
    }
}
