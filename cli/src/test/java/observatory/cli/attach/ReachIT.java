package observatory.cli.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import observatory.cli.watch.Answers;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReachIT {
    @Test
    void tellsWhenABrokerAnswersAndHasTheTopics(@TempDir Path folder) throws Exception {
        Broker broker = Broker.start(folder, 0);
        Connection connection = Connection.to(broker.bootstrap());
        try (Reach reach = Reach.of(connection, Topics.STANDARD)) {
            assertTrue(reach.trouble().contains("`observatory topics create`"), reach.trouble());
            try (Admin admin = connection.admin()) {
                Topics.STANDARD.create(admin, 1);
            }
            assertEquals("", reach.trouble());
            TopicReader reader = TopicReader.fromTheEnd(connection, Topics.STANDARD.incidents());
            Answers answers = new Answers(reader, connection, "it answers again", 0);
            assertEquals(Optional.empty(), answers.look(second(6)));
            broker.close();
            assertTrue(reach.trouble().contains(broker.bootstrap() + " does not answer"), reach.trouble());
            assertEquals(Optional.empty(), answers.look(second(10)), "it was asked a moment ago");
            assertEquals(Optional.empty(), answers.look(second(12)), "it may be back at once");
            String told = answers.look(second(18)).orElseThrow();
            assertTrue(told.contains(broker.bootstrap() + " does not answer"), told);
            assertEquals(Optional.empty(), answers.look(second(24)), "it has been told");
            reader.close();
        }
    }

    private static long second(int second) {
        return Duration.ofSeconds(second).toNanos();
    }
}
