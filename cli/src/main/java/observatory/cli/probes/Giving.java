package observatory.cli.probes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.OperatorKey;
import observatory.cli.TimeSpan;
import observatory.probe.Command;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.control.Audit;
import observatory.stream.control.Operator;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command is given to a run: to which, signed by whom, and whether it is meant. */
public final class Giving {
    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--run", paramLabel = "R", required = true, description = "The run.")
    private String run;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "Your private key, as `observatory keys new` makes it; the run has to trust it.")
    private Path key;

    @Option(names = "--dry-run", description = "Ask whether the run would accept it, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = TimeSpan.class,
            description = "How long to wait for an answer (${DEFAULT-VALUE}).")
    private Duration patience;

    /** Signs and sends, and says what became of it; an exit code. */
    int give(Command command, Console console) {
        Operator.Manner standard = Operator.Manner.STANDARD;
        OperatorKey signing = OperatorKey.read(key, null);
        Audit answer = send(cluster, run, signing, command, new Operator.Manner(dryRun, standard.validity(), patience));
        String accepted =
                answer.result().equals("applied") ? " applied it" : " accepted it, and applies it before its next step";
        console.result(run + (dryRun ? " would accept it" : accepted));
        return ExitCode.OK;
    }

    /** Signs a command and waits until the run has accepted or applied it; whatever else becomes of it is a failure. */
    public static Audit send(
            ClusterOptions cluster, String run, OperatorKey key, Command command, Operator.Manner manner) {
        Connection connection = cluster.connection();
        Optional<Audit> answer;
        try {
            answer = key.on(connection, cluster.topics()).give(new RunId(run), command, manner);
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
        if (answer.isEmpty()) {
            throw new Failure(
                    ExitCode.CANNOT_CONNECT,
                    "no answer from " + run + " within " + manner.patience().toSeconds()
                            + " s: it is over, or takes no commands; `observatory runs` lists runs, and a trainer takes"
                            + " commands where it is given --control-key");
        }
        if (answer.get().result().equals("refused")) {
            throw new Failure(ExitCode.DENIED, run + " refused: " + answer.get().reason());
        }
        return answer.get();
    }
}
