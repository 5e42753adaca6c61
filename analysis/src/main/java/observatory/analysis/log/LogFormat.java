package observatory.analysis.log;

import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * One way in which a framework writes down a training run. It reads from first to last byte in bounded memory, hands
 * over frames in the order of the log, a new incarnation where the step goes back, and
 * throws only {@link LogException}.
 */
public interface LogFormat {
    /** The name people give to choose it, such as {@code tensorboard}. */
    String name();

    /** Whether a log that begins so is one of its own. */
    boolean recognises(Head head);

    /** Whether its writer writes the log anew as a whole, so that following it means reading it again. */
    default boolean rewritten() {
        return false;
    }

    /** Hands every step to {@code sink} and tells what it could not read. */
    Reading read(LogSource source, Consumer<? super Telemetry> sink);
}
