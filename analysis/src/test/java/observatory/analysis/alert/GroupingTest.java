package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

class GroupingTest {
    private static final Instant T = Said.START;

    private final AlertBook book = new AlertBook(Policy.STANDARD, List.of(), Map.of());
    private final Grouping grouping = new Grouping(Policy.STANDARD, List.of("run"), Severity.WARNING);
    private SortedMap<String, Group> groups = new TreeMap<>();
    private final List<Notification> told = new ArrayList<>();
    private Predicate<Alert> silenced = alert -> false;

    private void round(long second) {
        Instant now = T.plusSeconds(second);
        book.tick(now);
        Grouping.Round round = grouping.round(groups, book.all(), silenced, now);
        groups = round.groups();
        told.addAll(round.notifications());
    }

    private void say(Incident incident, long second) {
        book.accept(incident, T.plusSeconds(second));
        round(second);
    }

    @Test
    void alertsOfOneRunAreToldTogetherAfterAWait() {
        say(Said.incident(1, Kind.THROUGHPUT, Severity.WARNING, 5, 5), 0);
        say(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 6, 6), 5);
        assertEquals(0, told.size());
        round(10);
        assertEquals(2, told.getFirst().alerts().size());
        round(11);
        assertEquals(1, told.size());
    }

    @Test
    void aChangeIsToldAfterTheIntervalAndNoChangeAfterTheRepeat() {
        say(Said.incident(1, Kind.THROUGHPUT, Severity.WARNING, 5, 5), 0);
        round(10);
        say(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 6, 6), 20);
        assertEquals(1, told.size());
        round(70);
        assertEquals(2, told.size());
        round(70 + 4 * 3600 - 1);
        assertEquals(2, told.size());
        round(70 + 4 * 3600);
        assertEquals(3, told.size());
        assertNotEquals(told.get(1).key(), told.get(2).key(), "a reminder is no duplicate");
    }

    @Test
    void whatIsResolvedIsToldOnceAndNothingAfter() {
        Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
        say(spike, 0);
        round(10);
        say(Said.resolved(spike), 20);
        for (int second = 20; second < 100_000; second += 10) {
            round(second);
        }
        assertEquals(
                List.of("firing", "resolved"),
                told.stream().map(Notification::status).toList());
        assertTrue(groups.isEmpty());
    }

    @Test
    void whatCameAndWentWithinTheWaitIsToldAsOver() {
        Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
        say(spike, 0);
        say(Said.resolved(spike), 3);
        round(10);
        assertEquals(
                List.of("resolved"), told.stream().map(Notification::status).toList());
    }

    @Test
    void anEscalationIsNoRecovery() {
        say(Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5), 0);
        round(10);
        say(Said.incident(1, Kind.LOSS_SPIKE, Severity.CRITICAL, 5, 9), 100);
        assertEquals(2, told.size());
        assertEquals(1, told.get(1).alerts().size());
        assertEquals("critical", told.get(1).alerts().getFirst().labels().get("severity"));
    }

    @Test
    void aDivergedRunKeepsItsSpikesQuietButNotItsBadBatch() {
        say(Said.incident(1, Kind.DIVERGENCE, Severity.CRITICAL, 5, 5), 0);
        book.accept(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 5, 6), T);
        book.accept(Said.incident(3, Kind.BAD_BATCH, Severity.WARNING, 5, 6), T);
        round(10);
        assertEquals(
                List.of("BadBatch", "RunDiverged"),
                told.getFirst().alerts().stream().map(Alert::name).sorted().toList());
    }

    @Test
    void aSilentTrainerKeepsEverythingElseOfItsRunQuiet() {
        book.accept(Said.incident(1, Kind.STALLED, Severity.CRITICAL, 5, 5), T);
        say(Said.incident(2, Kind.BAD_BATCH, Severity.CRITICAL, 5, 5), 0);
        round(10);
        assertEquals(
                List.of("TrainerSilent"),
                told.getFirst().alerts().stream().map(Alert::name).toList());
    }

    @Test
    void whatIsSilencedOrMinorIsNotTold() {
        silenced = alert -> alert.name().equals("LossSpike");
        say(Said.incident(1, Kind.LOSS_SPIKE, Severity.CRITICAL, 5, 5), 0);
        say(Said.incident(2, Kind.NOISE_SCALE, Severity.INFO, 5, 5), 0);
        round(1000);
        assertEquals(List.of(), told);
        silenced = alert -> false;
        round(1001);
        round(1011);
        assertEquals(1, told.size(), "it still fires when the silence ends");
    }

    /** P18: NaN in a hundred layers for a thousand steps is at most three messages. */
    @Test
    void aFloodIsThreeMessagesAtMost() {
        Incident incident = null;
        for (int step = 1; step <= 1000; step++) {
            incident = Said.incident(1, step < 3 ? Kind.LOSS_SPIKE : Kind.NON_FINITE, Severity.CRITICAL, 1, step);
            say(incident, step);
        }
        say(Said.resolved(incident), 1001);
        for (int second = 1001; second < 5000; second++) {
            round(second);
        }
        assertTrue(told.size() <= 3, () -> told.size() + " messages");
        assertEquals("resolved", told.getLast().status());
    }

    @Test
    void moreAlertsThanAnybodyReadsAreCounted() {
        List<Alert> many = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            many.add(new Alert(new TreeMap<>(Map.of("alertname", "A" + i)), new TreeMap<>(), T, Optional.empty(), ""));
        }
        Notification all = Notification.of(new TreeMap<>(), many, 0);
        assertEquals(50, all.alerts().size());
        assertEquals(30, all.omitted());
    }
}
