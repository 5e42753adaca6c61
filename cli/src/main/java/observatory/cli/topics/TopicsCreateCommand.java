package observatory.cli.topics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import observatory.cli.ClusterOptions;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Json;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Creates what is missing of the topics. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Create the topics that are missing; what exists stays as it is.")
final class TopicsCreateCommand implements Callable<Integer> {
    @ParentCommand
    private TopicsCommand parent;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--dry-run", description = "Only say which are missing, and what they would be.")
    private boolean dryRun;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the topics that grow with the number of runs (${DEFAULT-VALUE}); see docs/scale.md.")
    private int partitions;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (partitions < 1 || partitions > 10_000) {
            throw Failure.usage("partitions are 1 to 10000: partitions=" + partitions + "; try --partitions 12");
        }
        Connection connection = cluster.connection();
        Topics topics = topics();
        try (Admin admin = connection.admin()) {
            List<Topics.Wanted> missing = dryRun ? topics.missing(admin, partitions) : topics.create(admin, partitions);
            show(missing);
        } catch (ExecutionException | KafkaException e) {
            throw ClusterOptions.failure(e instanceof ExecutionException ? e.getCause() : e, connection);
        }
        return ExitCode.OK;
    }

    private Topics topics() {
        return cluster.topics();
    }

    private void show(List<Topics.Wanted> topics) throws Exception {
        if (json) {
            ArrayNode list = Json.mapper().createArrayNode();
            topics.forEach(list::addPOJO);
            parent.console().result(Json.mapper().writeValueAsString(list));
            return;
        }
        if (topics.isEmpty()) {
            parent.console().say("all topics are there");
        }
        for (Topics.Wanted topic : topics) {
            parent.console()
                    .result((dryRun ? "would create " : "created ") + topic.name() + "  partitions "
                            + topic.partitions() + ", key " + topic.key() + ", " + topic.settings() + ": "
                            + topic.tells());
        }
    }
}
