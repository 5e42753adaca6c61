package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import observatory.stream.cluster.Broker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.GroupState;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who judged beside a run that was killed is not waited for: the next run in the data directory takes its place in the
 * group, by its name, and does not stand beside it until the broker has given the dead one up.
 */
@Tag("soak")
class KilledRunIT {
    private static final String GROUP = "observatory-watch";

    @TempDir
    Path scratch;

    @Test
    void theNextRunTakesItsPlace() throws Exception {
        MemberDescription killed;
        try (Program run = train()) {
            killed = judge(run, "");
            assertTrue(killed.groupInstanceId().isPresent(), "one without a name is waited for");
        }
        try (Program run = train()) {
            assertEquals(
                    killed.groupInstanceId(), judge(run, killed.consumerId()).groupInstanceId());
        }
    }

    /** The only one who judges beside a run, once that is another than before. */
    private MemberDescription judge(Program run, String before) {
        AtomicReference<MemberDescription> judge = new AtomicReference<>();
        run.await("one judges beside it", () -> {
            List<MemberDescription> members = members();
            if (members.size() == 1 && !members.getFirst().consumerId().equals(before)) {
                judge.set(members.getFirst());
            }
            return judge.get() != null;
        });
        return judge.get();
    }

    /** Those among whom the runs are divided; none while there is no broker or they are being divided anew. */
    private List<MemberDescription> members() {
        Optional<String> broker = Broker.running(scratch.resolve("state/observatory/broker"));
        if (broker.isEmpty()) {
            return List.of();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.get()))) {
            ConsumerGroupDescription group = admin.describeConsumerGroups(List.of(GROUP))
                    .describedGroups()
                    .get(GROUP)
                    .get();
            return group.groupState() == GroupState.STABLE ? List.copyOf(group.members()) : List.of();
        } catch (ExecutionException e) {
            return List.of(); // the group, or who leads it, is not there yet
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Program train() throws Exception {
        return Program.start(scratch, "demo", "--headless", "--steps", "100000", "--fault", "none");
    }
}
