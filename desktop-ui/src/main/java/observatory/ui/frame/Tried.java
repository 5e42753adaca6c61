package observatory.ui.frame;

/**
 * One item of a test of a connection.
 *
 * @param next what to do about it; empty where it is well
 */
public record Tried(String what, Outcome outcome, String found, String next) {
    /** A shape and a word for each, as colours alone tell nothing. */
    public enum Outcome {
        WELL("✓"),
        NOT_TRIED("–"),
        DOUBTFUL("▲"),
        FAILED("✕");

        private final String sign;

        Outcome(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    String line() {
        return outcome.sign + "  " + what + ": " + found + (next.isEmpty() ? "" : "  → " + next);
    }
}
