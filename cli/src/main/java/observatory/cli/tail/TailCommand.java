package observatory.cli.tail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import observatory.analysis.log.LogException;
import observatory.analysis.log.Progress;
import observatory.analysis.log.Reading;
import observatory.analysis.log.Tail;
import observatory.cli.ClusterOptions;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.LogFile;
import observatory.cli.LogOptions;
import observatory.cli.Observatory;
import observatory.cli.Outage;
import observatory.cli.Readable;
import observatory.cli.StateDirectory;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Runs;
import observatory.stream.cluster.Connection;
import observatory.stream.wire.Codec;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Follows the log of a run in another framework into Kafka. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Follow a log into Kafka while its run goes on, step by step, with no change to the trainer.")
public final class TailCommand implements Callable<Integer> {
    /** Three times as long as a sender takes between two beats. */
    private static final Duration BEATING = Duration.ofSeconds(15);

    @ParentCommand
    private Observatory parent;

    @Mixin
    private LogOptions log;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--jsonl", description = "Print the frames as JSON lines; nothing goes to Kafka.")
    private boolean jsonl;

    @Option(names = "--once", description = "Read what there is and stop.")
    private boolean once;

    @Option(names = "--quiet", description = "Say nothing but errors.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        if (once) { // else it is waited for
            Readable.INPUT.check("log", log.path());
        }
        try (Interrupt interrupt = Interrupt.listen()) {
            return jsonl ? print(interrupt) : send(interrupt);
        } catch (LogException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
    }

    private int print(Interrupt interrupt) {
        Optional<Reading> reading = read(
                () -> !interrupt.requested(),
                Set::of,
                item -> parent.console().result(new String(Codec.json(item), StandardCharsets.UTF_8)));
        return end(interrupt, reading);
    }

    private int send(Interrupt interrupt) throws IOException {
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        LogFile.use(state.log());
        Connection broker = cluster.connection();
        Supplier<Set<RunId>> watched = () -> beating(broker);
        try (TailSpool spool = TailSpool.open(state.spool(), broker, cluster.topics())) {
            Outage outage = new Outage("what is read gets to " + broker.bootstrap() + " again");
            BooleanSupplier wanted = () -> {
                spool.elsewhere().ifPresent(this::say);
                outage.look(spool.waits(), System.nanoTime()).ifPresent(this::say);
                return !interrupt.requested();
            };
            Optional<Reading> reading;
            boolean sent = false;
            try {
                reading = read(wanted, watched, item -> spool.put(item, wanted));
            } finally {
                // Of a log that is damaged somewhere what came before is sent all the same.
                sent = spool.drain(wanted);
                spool.elsewhere().ifPresent(this::say);
                if (!sent) {
                    parent.console()
                            .error(broker.bootstrap() + " has not taken everything (" + spool.trouble()
                                    + "); the rest waits in " + state.spool()
                                    + " and is sent by the next tail to that cluster" + spool.unwritten()
                                    + (interrupt.requested() ? "" : "; check the broker"));
                }
            }
            if (sent) {
                return end(interrupt, reading);
            }
            return interrupt.requested() ? ExitCode.INTERRUPTED : spool.exitCode();
        }
    }

    /** Runs that are sent by who trains them; none where the cluster does not say. */
    private Set<RunId> beating(Connection broker) {
        Instant since = Instant.now().minus(BEATING);
        try {
            return Runs.list(broker, cluster.topics()).stream()
                    .filter(run -> run.ended().isEmpty()
                            && run.lastSeen().filter(since::isBefore).isPresent())
                    .map(run -> new RunId(run.run()))
                    .collect(Collectors.toSet());
        } catch (KafkaException e) {
            return Set.of();
        }
    }

    private Optional<Reading> read(BooleanSupplier wanted, Supplier<Set<RunId>> watched, Consumer<Telemetry> sink) {
        Tail tail =
                new Tail(log.source(Progress.NONE), log.format(), wanted, this::say, InstantSource.system(), watched);
        return once ? Optional.of(tail.read(sink)) : tail.follow(sink);
    }

    private int end(Interrupt interrupt, Optional<Reading> reading) {
        boolean damaged =
                !interrupt.requested() && reading.filter(Reading::partial).isPresent();
        reading.ifPresent(read -> {
            if (!damaged) {
                read.remarks().forEach(this::say);
            }
            say(read.frames() + " steps read" + (jsonl ? "" : " and sent"));
        });
        if (damaged) {
            throw new Failure(
                    ExitCode.CORRUPT_INPUT,
                    "only a part of the log could be read: "
                            + String.join("; ", reading.get().remarks()));
        }
        return interrupt.requested() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private void say(String sentence) {
        if (!quiet) {
            parent.console().say(sentence);
        }
    }
}
