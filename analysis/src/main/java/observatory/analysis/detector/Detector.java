package observatory.analysis.detector;

import observatory.probe.Frame;

/**
 * A pure fold over the frames of one rank: the same object runs live in a stream processor, in a post-mortem, and in a
 * test over a list. It judges a value before it learns from it, and looks for what is not finite before anything else.
 *
 * @param <S> all it remembers, bounded in size however long the run; it must survive JSON and back
 */
public interface Detector<S extends Record> {
    Needs needs();

    S start();

    Judgement<S> judge(S state, Frame frame);
}
