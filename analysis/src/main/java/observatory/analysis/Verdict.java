package observatory.analysis;

import java.util.Locale;

/** The cause of an incident, or that the evidence does not tell. */
public enum Verdict {
    NUMERICAL,
    DATA_DRIVEN,
    OPTIMISER,
    HARDWARE,
    UNDETERMINED;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
