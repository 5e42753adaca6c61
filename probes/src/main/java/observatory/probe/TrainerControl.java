package observatory.probe;

import java.util.Optional;

/** How a trainer obeys: called on the training thread between two steps. */
@FunctionalInterface
public interface TrainerControl {
    /** A trainer that leaves its course to nobody. */
    TrainerControl NONE = command -> Optional.of("this trainer takes no commands about its course, only about probes");

    /** Applies a command; or changes nothing and says why not, in one sentence. */
    Optional<String> apply(TrainerCommand command);
}
