package observatory.stream.spool;

import java.util.Locale;
import java.util.regex.Pattern;
import observatory.probe.Column;

/** What is given up when room runs out, the least valuable first. */
enum Tier {
    /** Many values at one site: histograms and spectra. */
    HISTOGRAMS,
    LAYERS,
    FRAMES,
    EVENTS;

    private static final Pattern HISTOGRAM = Pattern.compile("histogram.*|.*_bin_?\\d+|eigenvalue");

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a column goes when this tier goes. */
    boolean takes(Column column) {
        return this != HISTOGRAMS || HISTOGRAM.matcher(column.metric()).matches();
    }
}
