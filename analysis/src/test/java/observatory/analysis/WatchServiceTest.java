package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import observatory.stream.cluster.Topics;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchServiceTest {
    /** Permissions and offsets of clusters that run already rest on it. */
    @Test
    void theStandardTopicsAreJudgedByTheGroupThatHasAlwaysJudgedThem() {
        assertEquals("observatory-watch", WatchService.group(Topics.STANDARD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "team-a.", "Observatory.", "observatory"})
    void otherTopicsAreJudgedByAnotherGroup(String prefix) {
        String group = WatchService.group(new Topics(prefix));
        assertNotEquals(WatchService.group(Topics.STANDARD), group);
        assertNotEquals(WatchService.group(new Topics("team-b.")), group);
        assertTrue(group.startsWith("observatory-watch"), "a prefixed permission covers it");
        Topic.validate(group + "-runs-changelog");
    }
}
