package observatory.analysis.detector;

import observatory.probe.Frame;
import observatory.probe.RunEvent;

/**
 * A pure fold over what a run sends: the same object runs live in a stream processor, in a post-mortem, and in a test
 * over a list. It judges a value before it learns from it, and looks for what is not finite before anything else.
 *
 * @param <S> all it remembers, bounded in size however long the run; it must survive its serde
 */
public interface Detector<S extends Record> {
    /** Without these in a frame, {@link #judge} is not asked. */
    Needs needs();

    S start();

    Judgement<S> judge(S state, Frame frame);

    /** What happened between two steps; most detectors have no use for it. */
    default Judgement<S> hear(S state, RunEvent event) {
        return Judgement.quiet(state);
    }
}
