package observatory.probe;

import java.util.Locale;

/** Sets of probes by what they cost: always on, on while one looks closer, and everything for a short while. */
public enum Pack {
    OFF,
    CONTINUOUS,
    PROFILE,
    FORENSIC;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
