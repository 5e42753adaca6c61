package observatory.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.BrokerFolder;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** A broker on this machine, until Ctrl-C. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Run a Kafka broker on the loopback interface until Ctrl-C, with the topics created.")
final class BrokerCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where its data lives (~/.local/state/observatory).")
    private Path dataDir;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "9092",
            description = "Port (${DEFAULT-VALUE}; another where it is taken).")
    private int port;

    @Override
    public Integer call() throws Exception {
        Port.check(port, "--port");
        StateDirectory state = StateDirectory.open(dataDir, System.getenv());
        LogFile.use(state.log());
        try (Interrupt interrupt = Interrupt.listen();
                BrokerFolder folder = state.takeBroker();
                Broker broker = folder.start(port);
                Admin admin = Admin.create(
                        Map.<String, Object>of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()))) {
            Topics.STANDARD.create(admin, 1);
            if (port > 0 && broker.port() != port) {
                parent.console().say("port " + port + " is taken; the broker listens on " + broker.port());
            }
            parent.console().result(broker.bootstrap());
            parent.console().say("the broker runs; its data is in " + state.broker() + "; Ctrl-C stops it");
            interrupt.await();
        }
        return ExitCode.INTERRUPTED;
    }
}
