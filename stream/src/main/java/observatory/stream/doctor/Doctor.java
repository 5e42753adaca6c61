package observatory.stream.doctor;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/**
 * Examines this machine and, where one is named, a cluster; says for each thing that is not well what to do about it.
 */
public final class Doctor {
    private Doctor() {}

    /** @param data directory of spools and broker; {@code connection} empty where no cluster is named */
    public static List<Check> examine(
            Path data,
            Map<String, String> environment,
            Optional<Connection> connection,
            Topics topics,
            InstantSource clock) {
        List<Check> checks = new ArrayList<>(new Machine(data, environment).checks());
        connection.ifPresentOrElse(
                to -> checks.addAll(new Cluster(to, topics, clock).checks()),
                () -> checks.add(Check.skipped("broker", "none is named: `demo` and `broker` start their own")));
        return checks;
    }

    /** The worst of what was found. */
    public static Check.Outcome worst(List<Check> checks) {
        return checks.stream().map(Check::outcome).max(Enum::compareTo).orElse(Check.Outcome.OK);
    }
}
