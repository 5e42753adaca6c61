package observatory.analysis.alert;

import java.time.Duration;

/** What became of a message. A reason names no secret. */
public sealed interface Outcome {
    record Delivered() implements Outcome {}

    /** Try again, not before so long. */
    record Later(String reason, Duration pause) implements Outcome {}

    /** Trying again would not help. */
    record Refused(String reason) implements Outcome {}
}
