package observatory.ui.frame;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import observatory.ui.replay.Replayer;

/**
 * What the window needs from beyond itself.
 *
 * @param exports the folder for figures and tables
 * @param memory the file that remembers where a person was
 * @param clock what notes are stamped with
 * @param doors what can be opened
 * @param control the road back to a trainer, where a person has asked for it
 * @param replayer who replays incidents, where the run was trained here
 */
public record Outside(
        Path exports,
        Path memory,
        InstantSource clock,
        Doors doors,
        Optional<Control> control,
        Optional<Replayer> replayer) {

    /** Where nothing can be replayed. */
    public Outside(Path exports, Path memory, InstantSource clock, Doors doors, Optional<Control> control) {
        this(exports, memory, clock, doors, control, Optional.empty());
    }
}
