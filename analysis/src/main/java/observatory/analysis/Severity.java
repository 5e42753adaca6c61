package observatory.analysis;

import java.util.Locale;

/** How much a finding matters: worth knowing, worth a look today, worth waking someone. */
public enum Severity {
    INFO,
    WARNING,
    CRITICAL;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
