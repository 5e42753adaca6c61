package observatory.probe;

/** Where telemetry leaves a trainer. Called on the training thread: returns at once, and never throws. */
@FunctionalInterface
public interface FrameSink {
    /** Nobody listens. */
    FrameSink NOBODY = item -> true;

    /** Hands over one item; false where there was no room and it is lost, which the caller counts. */
    boolean offer(Telemetry item);
}
