package observatory.probe;

import java.util.Optional;

/** Where commands come from. Asked on the training thread between two steps, so it neither blocks nor does any I/O. */
@FunctionalInterface
public interface CommandSource {
    /** A trainer that takes no commands. */
    CommandSource NONE = Optional::empty;

    /** The next command that waits; empty where none does. */
    Optional<Request> poll();
}
