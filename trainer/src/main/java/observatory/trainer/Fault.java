package observatory.trainer;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A planned pathology: a kind and the step it begins at, counted from 1, written {@code KIND@STEP}. */
public record Fault(Kind kind, long step) {
    public static final Fault NONE = new Fault(Kind.NONE, Long.MAX_VALUE);

    /** What can be broken on purpose, and for how many steps. */
    public enum Kind {
        NONE(0),
        /** A stretch of batches whose bytes are noise, as after a broken preprocessing step. */
        BAD_BATCH(4),
        /** The learning rate is 50 times too high, as after a mistyped schedule. */
        LR_SURGE(10),
        /** An outlier feature multiplies the hidden MLP activations of the middle layer by 2^24. */
        FP16_OVERFLOW(4),
        /** One element of the middle layer's MLP output becomes NaN, as from a faulty device. */
        NAN(1);

        private final int lasts;

        Kind(int lasts) {
            this.lasts = lasts;
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Reads {@code none} or {@code KIND@STEP}. */
    public static Fault parse(String text) {
        if (text.equals(Kind.NONE.label())) {
            return NONE;
        }
        int at = text.indexOf('@');
        for (Kind kind : Kind.values()) {
            if (kind != Kind.NONE && at > 0 && kind.label().equals(text.substring(0, at))) {
                return new Fault(kind, step(text, at));
            }
        }
        throw new IllegalArgumentException(
                "a fault is none or KIND@STEP with KIND one of " + kinds() + ": " + text + "; try bad-batch@200");
    }

    /** Whether this is the fault and the step lies inside it. */
    public boolean active(Kind asked, long now) {
        return kind == asked && now >= step && now - step < kind.lasts;
    }

    @Override
    public String toString() {
        return kind == Kind.NONE ? kind.label() : kind.label() + "@" + step;
    }

    private static long step(String text, int at) {
        try {
            long step = Long.parseLong(text.substring(at + 1));
            if (step >= 1) {
                return step;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw new IllegalArgumentException(
                "the step of a fault counts from 1: " + text + "; try " + text.substring(0, at) + "@200");
    }

    private static String kinds() {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.NONE)
                .map(Kind::label)
                .collect(Collectors.joining(", "));
    }
}
