package observatory.stream.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.Frames;
import org.junit.jupiter.api.Test;

class StepJoinTest {
    private static final long SEED = 20261127;

    private long now = 5;
    private final StepJoin join = new StepJoin(() -> now, MergeJournal.inMemory());

    @Test
    void aStepGoesOnWhenAllRanksHaveSaidIt() {
        start(0, 1, 2);
        assertEquals(List.of(), join.add(frame(0, 1)));
        assertEquals(List.of(), join.add(frame(2, 1)));
        assertEquals(List.of(0, 1, 2), merged(join.add(frame(1, 1)), 3));
        assertTrue(join.isEmpty());
    }

    @Test
    void aRankThatIsBehindIsWaitedForAndThenNoMoreUntilItSpeaks() {
        start(0, 1);
        assertEquals(List.of(), join.add(frame(0, 1)));
        now += Duration.ofSeconds(1).toNanos();
        assertEquals(List.of(), join.release(false));
        now += Duration.ofSeconds(2).toNanos();
        assertEquals(List.of(frame(0, 1)), join.release(false), "alone, and as it was");
        assertEquals(List.of(frame(0, 2)), join.add(frame(0, 2)), "at once");
        assertEquals(List.of(frame(1, 1)), join.add(frame(1, 1)), "late, and whole");
        assertEquals(List.of(), join.add(frame(0, 3)), "it is back");
        assertEquals(List.of(frame(1, 2)), join.add(frame(1, 2)));
        assertEquals(List.of(0, 1), merged(join.add(frame(1, 3)), 2));
    }

    @Test
    void aRankThatIsOverIsNotWaitedFor() {
        start(0, 1);
        RunEvent end = Frames.event(origin(1), 9, RunEvent.Kind.END);
        assertEquals(List.of(end), join.add(end));
        assertEquals(List.of(frame(0, 1)), join.add(frame(0, 1)));
    }

    /** However ranks are interleaved, stall and end: all comes out, once, each rank in its order. */
    @Test
    void nothingIsLostDoubledOrOutOfOrder() {
        Random random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            StepJoin some = new StepJoin(() -> now, MergeJournal.inMemory());
            int ranks = 1 + random.nextInt(5);
            int[] said = new int[ranks];
            List<Telemetry> out = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int rank = random.nextInt(ranks);
                int seq = said[rank]++;
                boolean event = seq == 0 || random.nextInt(20) == 0;
                out.addAll(some.add(
                        event
                                ? Frames.event(
                                        origin(rank), seq, seq == 0 ? RunEvent.Kind.START : RunEvent.Kind.CHECKPOINT)
                                : frame(rank, seq)));
                now += random.nextInt(100) == 0 ? Duration.ofSeconds(3).toNanos() : 1000;
                if (random.nextInt(10) == 0) {
                    out.addAll(some.release(false));
                }
            }
            out.addAll(some.release(true));
            assertTrue(some.isEmpty());
            Map<Integer, Long> next = new HashMap<>();
            for (Telemetry item : out) {
                int rank = item.origin().rank();
                assertEquals(next.merge(rank, 1L, Long::sum) - 1, item.seq(), "seed " + SEED + ", round " + round);
            }
            assertEquals(500, out.size());
        }
    }

    private void start(int... ranks) {
        for (int rank : ranks) {
            RunEvent start = Frames.event(origin(rank), 0, RunEvent.Kind.START);
            assertEquals(List.of(start), join.add(start));
        }
    }

    /** The ranks of frames, of which the first says of how many it is. */
    private static List<Integer> merged(List<Telemetry> items, int count) {
        assertEquals(
                count, ((Frame) items.getFirst()).scalars().find("ranks_merged").orElse(1));
        return items.stream().map(item -> item.origin().rank()).toList();
    }

    private static Frame frame(int rank, int step) {
        return Frames.wide(origin(rank), step, 2);
    }

    private static Origin origin(int rank) {
        return new Origin(new RunId("joined"), 0, new UUID(0, rank), rank);
    }
}
