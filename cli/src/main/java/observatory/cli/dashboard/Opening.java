package observatory.cli.dashboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import observatory.analysis.log.LogException;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogFormats;
import observatory.cli.ClusterOptions;
import observatory.cli.Failure;
import observatory.cli.StateDirectory;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.RunId;
import observatory.stream.Runs;
import observatory.stream.attach.AttachException;
import observatory.stream.attach.JvmAttach;
import observatory.stream.attach.Operators;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.doctor.Check;
import observatory.stream.doctor.Doctor;
import observatory.ui.Source;
import observatory.ui.frame.ClusterAddress;
import observatory.ui.frame.Control;
import observatory.ui.frame.Doors;
import observatory.ui.frame.Offer;
import observatory.ui.frame.Outside;
import observatory.ui.frame.Tried;
import observatory.ui.source.LiveSource;
import observatory.ui.source.OpenedTape;
import observatory.ui.source.Tape;
import org.apache.kafka.common.KafkaException;

/**
 * What the window may open from beyond itself.
 *
 * @param cluster how clusters that a person names are reached
 * @param known where runs are looked for unless another is named; asked each time, since a broker may have been started
 *     meanwhile
 */
public record Opening(
        StateDirectory state,
        ClusterOptions cluster,
        Supplier<Optional<Connection>> known,
        Optional<Control> control,
        InstantSource clock)
        implements Doors {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMinutes(2);

    public static Outside outside(
            StateDirectory state,
            ClusterOptions cluster,
            Supplier<Optional<Connection>> known,
            Optional<Control> control) {
        InstantSource clock = InstantSource.system();
        return new Outside(
                state.exports(),
                state.window(),
                clock,
                new Opening(state, cluster, known, control, clock),
                control,
                Optional.of(new WindowReplays(state)));
    }

    public static Source tape(Path path) {
        return tape(path, Optional.empty());
    }

    public static Source tape(Path path, Optional<LogFormat> format) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("there is no such file: " + path + "; check the path");
        }
        return OpenedTape.open(path, format);
    }

    @Override
    public Source open(String address) {
        Optional<ClusterAddress> at =
                ClusterAddress.of(address).filter(one -> one.run().isPresent());
        return at.isPresent() ? live(reach(at.get().cluster()), at.get().run().get()) : tape(Path.of(address));
    }

    @Override
    public List<Offer> offers(Optional<String> named) {
        List<Offer> offers = new ArrayList<>();
        Optional<Connection> at = named.map(this::reach).or(() -> told(known));
        try {
            at.ifPresent(one -> runs(one, named.orElse(one.bootstrap()), offers));
        } catch (IllegalArgumentException e) {
            if (named.isPresent()) {
                throw e;
            }
            // The trainers in other JVMs are there all the same.
            offers.add(new Offer("broker " + at.get().bootstrap(), "unreachable", e.getMessage(), "", pack -> {
                throw e;
            }));
        }
        if (named.isEmpty()) {
            for (JvmAttach.Jvm jvm : trainers()) {
                offers.add(new Offer("JVM " + jvm.pid(), "not watched", jvm.name(), "", pack -> attach(jvm, at, pack)));
            }
        }
        return offers;
    }

    /** Those of this program send what they measure anyway, or train nothing. */
    private static List<JvmAttach.Jvm> trainers() {
        return JvmAttach.list().stream()
                .filter(jvm -> !jvm.name().startsWith("observatory.cli.Observatory"))
                .toList();
    }

    @Override
    public List<Tried> test(String address) {
        Optional<ClusterAddress> at = ClusterAddress.of(address);
        if (at.isPresent()) {
            return Doctor.examine(
                            state.root(),
                            System.getenv(),
                            Optional.of(reach(at.get().cluster())),
                            cluster.topics(),
                            clock)
                    .stream()
                    .map(Opening::tried)
                    .toList();
        }
        return List.of(file(Path.of(address)));
    }

    @Override
    public Path bookmarks() {
        return state.root().resolve("bookmarks.txt");
    }

    private static Tried file(Path path) {
        try {
            if (!Files.isReadable(path)) {
                return new Tried(path.toString(), Tried.Outcome.FAILED, "cannot be read", "check path and permissions");
            }
            return new Tried(
                    path.toString(),
                    Tried.Outcome.WELL,
                    Tape.isSpikeLog(path)
                            ? "a spike log"
                            : "format "
                                    + LogFormats.find(path, Optional.empty()).name(),
                    "");
        } catch (IOException | LogException e) {
            return new Tried(path.toString(), Tried.Outcome.FAILED, String.valueOf(e.getMessage()), "");
        }
    }

    private static Tried tried(Check check) {
        Tried.Outcome outcome = switch (check.outcome()) {
            case OK -> Tried.Outcome.WELL;
            case SKIPPED -> Tried.Outcome.NOT_TRIED;
            case WARNING -> Tried.Outcome.DOUBTFUL;
            case CONFIGURATION, CANNOT_CONNECT, DENIED -> Tried.Outcome.FAILED;
        };
        return new Tried(check.name(), outcome, check.found(), check.next());
    }

    private Connection reach(String named) {
        return told(() -> cluster.at(named));
    }

    /** What settings lack is told in the window. */
    private static <T> T told(Supplier<T> found) {
        try {
            return found.get();
        } catch (Failure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private LiveSource live(Connection at, RunId run) {
        return new LiveSource(at, cluster.topics(), run, clock);
    }

    /** @param named how a person comes back to it */
    private void runs(Connection at, String named, List<Offer> offers) {
        try {
            for (Runs.Run run : Runs.list(at, cluster.topics()).reversed()) {
                offers.add(new Offer(
                        run.run(),
                        run.state(clock.instant()).label(),
                        run.manifest().getOrDefault("model", "") + " "
                                + run.manifest().getOrDefault("fault", ""),
                        named + "/" + run.run(),
                        pack -> watch(at, new RunId(run.run()), pack)));
            }
        } catch (KafkaException e) {
            throw new IllegalArgumentException(KafkaErrors.explain(e, at).message(), e);
        }
    }

    /** Reads the run; asks it for other probes first, where a person wants them and has a key. */
    private Source watch(Connection at, RunId run, Optional<Pack> pack) {
        if (pack.isPresent()) {
            Control by = control.orElseThrow(() -> new IllegalArgumentException(
                    "probes of a run are changed by signed commands; open the window with --key FILE"));
            Duration time = pack.get() == Pack.FORENSIC ? SHORT : LONG;
            String answer = by.give(run, new ProbeCommand.Profile(pack.get(), time), false);
            if (!answer.startsWith("accepted") && !answer.startsWith("applied")) {
                throw new IllegalArgumentException(answer);
            }
        }
        return live(at, run);
    }

    /** Has a trainer in another JVM send what the probes see, and reads it. */
    private Source attach(JvmAttach.Jvm jvm, Optional<Connection> at, Optional<Pack> pack) {
        if (pack.isEmpty()) {
            throw new IllegalArgumentException(
                    "this JVM does not send yet, and reading changes nothing: choose probes to attach"
                            + " with; the trainer is not restarted");
        }
        Connection to = at.orElseThrow(() -> new IllegalArgumentException(
                "no broker runs that it could send to; start one with `observatory broker`"));
        try {
            String watched =
                    new JvmAttach(jvm.pid()).attach(to, cluster.topics(), state.spool(), pack.get(), Operators.NOBODY);
            String first = watched.split(", ")[0].replaceFirst(" rank \\d+$", "");
            return live(to, new RunId(first));
        } catch (AttachException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
