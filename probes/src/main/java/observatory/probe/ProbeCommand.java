package observatory.probe;

import java.time.Duration;
import java.util.Objects;

/** Changes what is watched, for a while: when its time to live is over, the change reverts by itself. */
public sealed interface ProbeCommand extends Command {
    Duration timeToLive();

    /** One more probe, by its name in the catalogue, at its own hooks. */
    record Add(String probe, Schedule schedule, Duration timeToLive) implements ProbeCommand {
        public Add {
            Objects.requireNonNull(probe, "probe");
            Objects.requireNonNull(schedule, "schedule");
            checkTimeToLive(timeToLive);
        }
    }

    /** A probe less, by its name in the catalogue. */
    record Remove(String probe, Duration timeToLive) implements ProbeCommand {
        public Remove {
            Objects.requireNonNull(probe, "probe");
            checkTimeToLive(timeToLive);
        }
    }

    /** All the probes of a pack instead of those that are installed. */
    record Profile(Pack pack, Duration timeToLive) implements ProbeCommand {
        public Profile {
            Objects.requireNonNull(pack, "pack");
            checkTimeToLive(timeToLive);
        }
    }

    private static void checkTimeToLive(Duration timeToLive) {
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new IllegalArgumentException(
                    "a change of probes lives for a time above zero: timeToLive=" + timeToLive + "; try 10m");
        }
    }
}
