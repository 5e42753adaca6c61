package observatory.analysis.spectrum.file;

import java.nio.file.Path;

/** A weight file cannot be read: which, at which byte, why, and what to do next. */
public final class WeightFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WeightFileException(Path file, long offset, String reason, String nextStep) {
        super(file + ": " + reason + (offset == 0 ? "" : " (byte " + offset + ")") + "; " + nextStep);
    }

    WeightFileException(Path file, Exception cause) {
        super(
                file + ": " + cause.getClass().getSimpleName() + ": " + cause.getMessage()
                        + "; check that the file exists and may be read",
                cause);
    }
}
