package observatory.analysis.detector;

/** A detector some of whose memory is still true where a run goes on from a checkpoint; all others begin anew there. */
public interface Resumable<S extends Record> extends Detector<S> {
    /** What is left of the state for the steps from the checkpoint on. */
    S resumed(S state);
}
