package observatory.probe;

import java.util.Locale;

/**
 * Sets of probes by what they cost: always on, on while one looks closer, and everything for a short while. The budget
 * is the share of a step's time that the governor lets a pack take; who asks for everything gets it.
 */
public enum Pack {
    OFF(0.01),
    CONTINUOUS(0.01),
    PROFILE(0.03),
    FORENSIC(Double.POSITIVE_INFINITY);

    private final double budget;

    Pack(double budget) {
        this.budget = budget;
    }

    public double budget() {
        return budget;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
