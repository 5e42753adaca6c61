package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import observatory.stream.Broker;
import observatory.stream.Connection;
import observatory.stream.Topics;
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
            broker.close();
            assertTrue(reach.trouble().contains(broker.bootstrap() + " does not answer"), reach.trouble());
        }
    }
}
