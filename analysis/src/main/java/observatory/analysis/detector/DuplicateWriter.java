package observatory.analysis.detector;

import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/**
 * Two processes claim one rank of a run: one that another had taken over from speaks again. A restart goes from one
 * writer to the next and never back. It is told at the first return, and whenever there have been twice as many.
 */
public final class DuplicateWriter implements Detector<DuplicateWriter.State> {
    /**
     * @param latest writer of each rank
     * @param before whom it took over from
     * @param returns how often a writer came back
     * @param told how many of them were found
     */
    public record State(SortedMap<String, String> latest, SortedMap<String, String> before, long returns, long told) {}

    @Override
    public Needs needs() {
        return Needs.nothing();
    }

    @Override
    public State start() {
        return new State(new TreeMap<>(), new TreeMap<>(), 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        String rank = Integer.toString(frame.origin().rank());
        String writer = frame.origin().writer().toString();
        String latest = state.latest.get(rank);
        if (writer.equals(latest)) {
            return Judgement.quiet(state);
        }
        SortedMap<String, String> writers = with(state.latest, rank, writer);
        SortedMap<String, String> before = latest == null ? state.before : with(state.before, rank, latest);
        if (!writer.equals(state.before.get(rank))) {
            return Judgement.quiet(new State(writers, before, state.returns, state.told));
        }
        long returns = state.returns + 1;
        boolean news = returns >= 2 * state.told;
        State next = new State(writers, before, returns, news ? returns : state.told);
        return news ? Judgement.of(next, finding(frame, latest, returns)) : Judgement.quiet(next);
    }

    private static Finding finding(Frame frame, String other, long returns) {
        String writer = frame.origin().writer().toString();
        return new Finding(
                "DuplicateWriter",
                Kind.DUPLICATE_WRITER,
                Severity.WARNING,
                frame.step(),
                returns,
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("rank", (long) frame.origin().rank())
                        .with("writer", writer)
                        .with("otherWriter", other)
                        .with("returns", returns),
                "Up to step %,d two processes wrote rank %d of this run by turns: %s and %s."
                        .formatted(frame.step(), frame.origin().rank(), writer, other),
                "One of them was forgotten when the other began, and may still write checkpoints over it; only the newer one"
                        + " is judged.",
                "End the one that should be gone, and give a run that is begun on purpose a name of its own.");
    }

    private static SortedMap<String, String> with(SortedMap<String, String> map, String key, String value) {
        SortedMap<String, String> more = new TreeMap<>(map);
        more.put(key, value);
        return more;
    }
}
