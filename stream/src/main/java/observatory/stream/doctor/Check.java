package observatory.stream.doctor;

import java.util.Locale;

/** What one check found. Where it is not well, {@code next} says what to do about it. */
public record Check(String name, Outcome outcome, String found, String next) {
    /** In the order of severity. */
    public enum Outcome {
        OK,
        /** Does not apply here, or cannot be known. */
        SKIPPED,
        WARNING,
        /** Configuration or this machine is unusable. */
        CONFIGURATION,
        /** A cluster is named and does not answer. */
        CANNOT_CONNECT,
        /** It answers, and refuses us. */
        DENIED;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        public boolean failed() {
            return compareTo(WARNING) > 0;
        }
    }

    static Check ok(String name, String found) {
        return new Check(name, Outcome.OK, found, "");
    }

    static Check skipped(String name, String why) {
        return new Check(name, Outcome.SKIPPED, why, "");
    }

    static Check warning(String name, String found, String next) {
        return new Check(name, Outcome.WARNING, found, next);
    }
}
