package observatory.analysis.log;

import java.nio.file.Path;

/** A log cannot be read: which file, at which byte, why, and what to do next. The only thing a log format throws. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Path file;
    private final long offset;
    private final String reason;

    public LogException(Path file, long offset, String reason, String nextStep) {
        super(file + ": " + reason + " (byte " + offset + "); " + nextStep);
        this.file = file;
        this.offset = offset;
        this.reason = reason;
    }

    LogException(Path file, long offset, Exception cause) {
        super(
                file + ": " + cause.getClass().getSimpleName() + ": " + cause.getMessage() + " (byte " + offset
                        + "); check that the file exists and may be read",
                cause);
        this.file = file;
        this.offset = offset;
        this.reason = String.valueOf(cause.getMessage());
    }

    /** Why, without the place and the next step. */
    public String reason() {
        return reason;
    }

    public Path file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}
