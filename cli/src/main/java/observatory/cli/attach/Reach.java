package observatory.cli.attach;

import java.util.List;
import java.util.concurrent.ExecutionException;
import observatory.cli.ClusterOptions;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;

/** Whether what a trainer on this machine sends would get to a cluster now. */
final class Reach implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 5000;

    private final Connection connection;
    private final Topics topics;
    private final Admin admin;

    private Reach(Connection connection, Topics topics, Admin admin) {
        this.connection = connection;
        this.topics = topics;
        this.admin = admin;
    }

    /** Refuses an address that can be none. */
    static Reach of(Connection connection, Topics topics) {
        try {
            return new Reach(connection, topics, connection.admin());
        } catch (KafkaException e) {
            throw ClusterOptions.failure(e, connection);
        }
    }

    /** Why it would not get there; empty where it would. */
    String trouble() throws InterruptedException {
        try {
            admin.describeTopics(List.of(topics.telemetry()), new DescribeTopicsOptions().timeoutMs(PATIENCE_MILLIS))
                    .allTopicNames()
                    .get();
            return "";
        } catch (ExecutionException e) {
            return KafkaErrors.explain(e, connection).message();
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
