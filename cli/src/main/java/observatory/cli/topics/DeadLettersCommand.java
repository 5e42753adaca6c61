package observatory.cli.topics;

import java.util.List;
import java.util.concurrent.Callable;
import observatory.cli.ClusterOptions;
import observatory.cli.ExitCode;
import observatory.stream.DeadLetters;
import observatory.stream.cluster.Connection;
import observatory.stream.wire.Json;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Looks at the dead letters, and sends those that can be read by now where they belong. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description =
                "List the records nobody could read, with the reason; --replay sends what can be read by now again.")
final class DeadLettersCommand implements Callable<Integer> {
    @ParentCommand
    private TopicsCommand parent;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--replay", description = "Send what this version can read to the telemetry topic again.")
    private boolean replay;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Connection connection = cluster.connection();
        try {
            if (replay) {
                DeadLetters.Replay done = DeadLetters.replay(connection, cluster.topics());
                parent.console()
                        .result(
                                json
                                        ? Json.mapper().writeValueAsString(done)
                                        : done.replayed() + " sent again, " + done.unreadable() + " still unreadable"
                                                + (done.unreadable() == 0 ? "" : " " + done.reasons()));
                return ExitCode.OK;
            }
            List<DeadLetters.Letter> letters = DeadLetters.list(connection, cluster.topics());
            if (json) {
                parent.console().result(Json.mapper().writeValueAsString(letters));
                return ExitCode.OK;
            }
            letters.forEach(letter -> parent.console()
                    .result("%s %s-%d@%d  %d bytes  %s"
                            .formatted(
                                    letter.reason(),
                                    letter.topic(),
                                    letter.partition(),
                                    letter.offset(),
                                    letter.bytes(),
                                    letter.message())));
            parent.console().say(letters.isEmpty() ? "no dead letters" : letters.size() + " dead letters");
            return ExitCode.OK;
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }
}
