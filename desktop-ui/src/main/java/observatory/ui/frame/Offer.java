package observatory.ui.frame;

import java.util.Optional;
import observatory.probe.Pack;
import observatory.ui.Source;

/**
 * Something that could be opened.
 *
 * @param address what to type, or to bookmark, to come back to it; empty where it cannot be come back to
 * @param opens opens it, on a thread of its own
 */
public record Offer(String name, String state, String what, String address, Opens opens) {
    /** How it is opened. */
    @FunctionalInterface
    public interface Opens {
        /**
         * @param pack the probes that are asked for; none where the run stays as it is
         * @throws IllegalArgumentException with one line on what to do instead, where it cannot be opened
         */
        Source open(Optional<Pack> pack);
    }
}
