package observatory.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.stream.cluster.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "finished, FINISHED",
        "finished: early stopping, FINISHED",
        "'', FINISHED",
        "stopped, INTERRUPTED",
        "KeyboardInterrupt, INTERRUPTED",
        "detached, DETACHED",
        "failed: no memory, FAILED",
        "OutOfMemoryError, FAILED",
        "the loss scale fell to 1 and still overflows, FAILED"
    })
    void theReasonOfItsEndTellsHowARunEnded(String reason, RunState state) {
        Runs.Run run = only(start(0, 0), end(0, 9, reason));
        assertEquals(state, run.state(NOON.plusSeconds(1000)));
        assertEquals(Optional.of(reason), run.reason());
    }

    @Test
    void anEndWithoutAReasonIsAnEnd() {
        RunEvent end = RunEvent.of(origin(0), 1, 9, NOON, RunEvent.Kind.END, Map.of());
        assertEquals(RunState.FINISHED, only(end).state(NOON));
    }

    @Test
    void aRunHasFailedWhereOneOfItsRanksHas() {
        RunEvent[] told = {start(0, 0), start(1, 0), end(1, 8, "RuntimeError"), end(0, 9, "finished")};
        assertEquals(RunState.FAILED, only(told).state(NOON));
        RunEvent[] otherwise = {told[3], told[2], told[1], told[0]};
        assertEquals(RunState.FAILED, only(otherwise).state(NOON));
    }

    @Test
    void theEndsOfTwoRanksStandBesideEachOther() {
        assertEquals("gpt/0/end", Runs.record(Topics.STANDARD, end(0, 9, "")).key());
        assertEquals("gpt/0/end/1", Runs.record(Topics.STANDARD, end(1, 9, "")).key());
    }

    @Test
    void aTrainerThatIsAttachedToAgainGoesOn() {
        Runs.Run run = only(start(0, 0), end(0, 5, "detached"), start(0, 20));
        assertEquals(RunState.RUNNING, run.state(NOON.plusSeconds(21)));
        assertEquals(Optional.empty(), run.ended());
    }

    /** Its beginning has the time of its first step whenever it is read, so which word came last tells, not the clock. */
    @Test
    void aLogThatIsTailedAgainGoesOnUntilItIsLetGoOfAgain() {
        RunEvent[] told = {start(0, 0), end(0, 5, "detached: log read to its end"), start(0, 0)};
        Runs.Run run = only(told);
        assertEquals(Optional.empty(), run.ended());
        assertEquals(Optional.empty(), run.reason());
        assertEquals(RunState.RUNNING, run.state(NOON.plusSeconds(6)));
        Runs.Run again = only(told[0], told[1], told[2], end(0, 8, "detached: log no longer followed"));
        assertEquals(RunState.DETACHED, again.state(NOON.plusSeconds(9)));
        assertEquals(Optional.of("detached: log no longer followed"), again.reason());
    }

    @Test
    void whatHasFinishedDoesNotGoOnBecauseItsLogIsReadOnceMore() {
        Runs.Run run = only(start(0, 0), end(0, 5, "stopped: the run begins again at step 3"), start(0, 0));
        assertEquals(RunState.INTERRUPTED, run.state(NOON.plusSeconds(6)));
    }

    @Test
    void anIncarnationThatAnotherProcessBeginsAfterItsEndRuns() {
        RunEvent[] told = {start(0, 0), start(1, 0), end(1, 8, "RuntimeError"), end(0, 9, "finished"), start(0, 20)};
        Runs.Run run = only(told);
        assertEquals(RunState.RUNNING, run.state(NOON.plusSeconds(21)));
        assertEquals(Optional.empty(), run.reason());
        assertEquals(
                RunState.FINISHED,
                only(told[0], told[3], told[4], end(0, 30, "finished")).state(NOON.plusSeconds(31)));
    }

    /** Their clocks may be hours apart. */
    @Test
    void theBeginningOfALowerRankTellsNothingOfAnEnd() {
        String place = "[{\"rank\":1,\"data\":1,\"tensor\":0,\"pipeline\":0,\"context\":0,\"expert\":0}]";
        RunEvent lower = event(1, 4000, RunEvent.Kind.START, Map.of("ranks", place));
        Runs.Run run = only(start(0, 0), end(0, 9, "finished"), lower);
        assertEquals(RunState.FINISHED, run.state(NOON.plusSeconds(10)));
    }

    private static Runs.Run only(RunEvent... events) {
        Map<String, Runs.Run> runs = new TreeMap<>();
        for (RunEvent event : events) {
            Runs.add(Runs.record(Topics.STANDARD, event).value(), runs);
        }
        List<Runs.Run> listed = Runs.listed(runs);
        assertEquals(1, listed.size());
        return listed.getFirst();
    }

    private static RunEvent start(int rank, int second) {
        return event(rank, second, RunEvent.Kind.START, Map.of("model", "tiny"));
    }

    private static RunEvent end(int rank, int second, String reason) {
        return event(rank, second, RunEvent.Kind.END, Map.of("reason", reason));
    }

    private static RunEvent event(int rank, int second, RunEvent.Kind kind, Map<String, String> details) {
        return RunEvent.of(origin(rank), second, second, NOON.plusSeconds(second), kind, details);
    }

    private static Origin origin(int rank) {
        return new Origin(new RunId("gpt"), 0, new UUID(1, rank), rank);
    }
}
