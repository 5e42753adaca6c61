package observatory.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class SameClusterTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void anotherAtTheSameAddressEndsIt() {
        KafkaFutureImpl<String> away = new KafkaFutureImpl<>();
        away.completeExceptionally(new TimeoutException("it does not answer"));
        KafkaFutureImpl<String> slow = new KafkaFutureImpl<>();
        Deque<KafkaFuture<String>> answers = new ArrayDeque<>(
                List.of(KafkaFuture.completedFuture("one"), away, KafkaFuture.completedFuture("one"), slow));
        SameCluster same = new SameCluster(answers::remove, "127.0.0.1:9092", 0);
        for (long now = 0; now <= 30 * SECOND; now += SECOND) {
            same.look(now); // asks no second time before it has an answer
        }
        assertEquals(0, answers.size());
        slow.complete("two");
        Failure failure = assertThrows(Failure.class, () -> same.look(31 * SECOND));
        assertEquals(ExitCode.CANNOT_CONNECT, failure.exitCode());
        assertTrue(
                failure.getMessage().startsWith("127.0.0.1:9092 is another cluster now (two, and was one)"),
                failure::getMessage);
    }
}
