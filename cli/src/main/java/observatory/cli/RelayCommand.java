package observatory.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.control.SpoolControl;
import observatory.stream.relay.Relay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Carries what trainers without a Kafka client spool on this machine to the broker. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Carry what other trainers, such as PyTorch with observatory_torch.py, spool here to the broker,"
                + " until Ctrl-C.")
final class RelayCommand implements Callable<Integer> {
    private static final long LOOK_MILLIS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Below the 10 s that an operator waits for an answer. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    @ParentCommand
    private Observatory parent;

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--merge-ranks",
            description = "Send what the ranks of this machine measured in one step as one, where that is exact"
                    + " (docs/scale.md).")
    private boolean mergeRanks;

    @Option(
            names = "--metrics-port",
            paramLabel = "P",
            description = "Answer Prometheus at 127.0.0.1:P/metrics; 0 for any free port. Off unless given.")
    private Integer metricsPort;

    @Option(names = "--once", description = "Carry what is there, then end.")
    private boolean once;

    @Mixin
    private ControlOptions controlled;

    @Override
    public Integer call() throws Exception {
        StateDirectory state = StateDirectory.open(cluster.dataDirectory(), System.getenv());
        LogFile.use(state.log());
        Connection connection = cluster.connection();
        String broker = connection.bootstrap();
        Console console = parent.console();
        Control control = controlled.control();
        try (Interrupt interrupt = Interrupt.listen();
                Scraped scraped = Scraped.open(metricsPort, console);
                SpoolControl commands = control.on() ? commands(connection, control) : null;
                Relay relay = open(state, connection)) {
            scraped.watch(relay.spool(), new RunId("relay"), Relay.LIMIT_BYTES);
            if (commands != null) {
                relay.listen(commands);
            }
            console.say("relaying " + state.spool() + " to " + broker + (once ? "" : "; Ctrl-C stops it"));
            Outage outage = new Outage("what is spooled gets to " + broker + " again");
            int writers = -1;
            long listening = 0;
            long fresh = 1;
            while (!interrupt.requested() && !(once && fresh == 0 && !relay.behind())) {
                fresh = relay.look();
                relay.complaints().forEach(console::error);
                String trouble = relay.trouble();
                outage.look(
                                trouble.isEmpty() ? "" : trouble + "; what is spooled waits until it gets there",
                                System.nanoTime())
                        .ifPresent(console::say);
                if (relay.writers() != writers) {
                    writers = relay.writers();
                    console.say(writers == 1 ? "1 trainer writes" : writers + " trainers write");
                }
                if (commands != null && commands.listening() != listening) {
                    listening = commands.listening();
                    console.say(listening == 1 ? "1 run takes commands" : listening + " runs take commands");
                }
                if (fresh == 0) {
                    Thread.sleep(LOOK_MILLIS);
                }
            }
            Duration patience = interrupt.requested() ? Duration.ofSeconds(1) : PATIENCE;
            boolean all = relay.drain(patience);
            relay.look(); // and clears up, where a writer is gone
            if (!all || !relay.drain(patience)) {
                throw new Failure(
                        ExitCode.CANNOT_CONNECT,
                        "not all is with the broker " + broker + ": " + relay.trouble()
                                + "; it stays in the spool, and the next relay to that cluster sends it"
                                + relay.spool().unwritten());
            }
            relay.complaints().forEach(console::error);
            console.result(relay.relayed() + " items relayed");
            return interrupt.requested() ? ExitCode.INTERRUPTED : ExitCode.OK;
        }
    }

    private SpoolControl commands(Connection connection, Control control) {
        return new SpoolControl(connection, cluster.topics(), control::gate, InstantSource.system(), ANSWER_PATIENCE);
    }

    private Relay open(StateDirectory state, Connection connection) {
        try {
            return new Relay(state.spool(), connection, cluster.topics(), mergeRanks);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION, "cannot use the spool " + state.spool() + ": " + e.getMessage(), e);
        }
    }
}
