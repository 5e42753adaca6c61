package observatory.stream.wire;

import java.util.Locale;

/** Bytes that are no telemetry of ours: why, for the dead-letter topic, and what exactly, for people. */
public final class CodecException extends Exception {
    /** Why a record could not be read. */
    public enum Reason {
        /** Not a complete document of either encoding. */
        MALFORMED,
        /** A major version this program does not know. */
        SCHEMA_TOO_NEW,
        /** A document, but not one that says what telemetry must say. */
        INVALID,
        /** Larger, deeper or wider than telemetry may be. */
        TOO_LARGE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    public CodecException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    CodecException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
