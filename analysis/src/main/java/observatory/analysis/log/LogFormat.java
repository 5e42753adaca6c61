package observatory.analysis.log;

import java.util.function.Consumer;
import observatory.probe.Frame;

/**
 * One way in which a framework writes down a training run. It reads from first to last byte in bounded memory, hands
 * over frames in the order of the log, a new incarnation where the step goes back, and throws only {@link LogException}.
 */
public interface LogFormat {
    /** The name people give to choose it, such as {@code tensorboard}. */
    String name();

    /** Whether a log that begins with these bytes is one of its own; {@code head} may be the whole log. */
    boolean recognises(byte[] head);

    /** Hands every step to {@code frames} and tells what it could not read. */
    Reading read(LogSource source, Consumer<Frame> frames);
}
