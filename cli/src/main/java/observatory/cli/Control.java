package observatory.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import observatory.probe.Pack;
import observatory.probe.RunId;
import observatory.probe.builtin.Probes;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Gate;
import observatory.stream.control.Keys;
import observatory.stream.control.TopicCommandSource;

/** Whose commands a run that trains here obeys: nobody's, unless public keys are given. */
public record Control(List<Keys.Trusted> keys, Gate.Limits limits) {

    /**
     * @param ceiling what a command may add to a step, as a share of its time
     * @param profiles the packs that may be asked for; null for those that are by default
     * @param files public keys as `observatory keys new` makes them, one or more lines each; null for none
     */
    static Control trusting(List<Path> files, double ceiling, List<Pack> profiles) {
        Gate.Limits standard = Gate.Limits.STANDARD;
        return new Control(
                lines(files).stream().map(Keys::trusted).toList(),
                standard.allowing(ceiling, profiles == null ? standard.profiles() : Set.copyOf(profiles)));
    }

    /** The public keys in files, a line each, as they stand there; null for none. */
    static List<String> lines(List<Path> files) {
        return files == null
                ? List.of()
                : files.stream().map(OperatorKey::trusted).flatMap(List::stream).toList();
    }

    public boolean on() {
        return !keys.isEmpty();
    }

    /** The commands of a run from when its gate was made; to be closed. */
    public static TopicCommandSource listen(Connection connection, Topics topics, RunId run, Gate gate) {
        return new TopicCommandSource(connection, topics, run, gate, InstantSource.system());
    }

    /** What decides on the commands of a run that begins now. */
    public Gate gate(RunId run) {
        return new Gate(run, keys, limits, Probes::share, InstantSource.system());
    }
}
