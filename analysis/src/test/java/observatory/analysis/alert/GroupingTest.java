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

    private List<String> statuses() {
        return told.stream().map(Notification::status).toList();
    }

    private List<String> shown(int message) {
        return told.get(message).alerts().stream()
                .map(alert -> alert.name() + " " + alert.labels().get("severity") + (alert.resolved() ? " over" : ""))
                .sorted()
                .toList();
    }

    /** Nobody hears of an end only: who is paged by what fires would not be. */
    @Test
    void whatCameAndWentWithinTheWaitIsToldAsFiringAndThenAsOver() {
        Incident spike = Said.incident(1, Kind.NON_FINITE, Severity.CRITICAL, 5, 5);
        book.accept(spike, T);
        say(Said.resolved(spike), 0);
        for (int second = 0; second < 100_000; second += 10) {
            round(second);
        }
        assertEquals(List.of("firing", "resolved"), statuses());
        assertEquals(
                T, told.getLast().alerts().getFirst().endsAt().orElseThrow(), "the end is when it was, not when told");
        assertTrue(groups.isEmpty());
    }

    @Test
    void whatCameAndWentAndCameBackAndWentIsToldAgain() {
        Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
        say(spike, 0);
        round(10);
        say(Said.resolved(spike), 20);
        round(70);
        book.accept(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 50, 50), T.plusSeconds(200));
        say(Said.resolved(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 50, 50)), 200);
        round(260);
        round(320);
        assertEquals(List.of("firing", "resolved", "firing", "resolved"), statuses());
    }

    @Test
    void whatCameAndWentSilencedIsNotToldWhenTheSilenceEnds() {
        silenced = alert -> true;
        Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.CRITICAL, 5, 5);
        say(spike, 0);
        say(Said.resolved(spike), 3);
        silenced = alert -> false;
        round(20);
        assertEquals(List.of(), told);
        say(Said.incident(2, Kind.THROUGHPUT, Severity.WARNING, 6, 6), 30);
        round(39);
        assertEquals(List.of(), told, "what was kept quiet begins no wait");
        round(40);
        assertEquals(List.of("Throughput warning"), shown(0));
    }

    @Test
    void whatCameAndWentBesideItsCauseIsNotToldAfterIt() {
        Incident cause = Said.incident(1, Kind.DIVERGENCE, Severity.CRITICAL, 5, 5);
        Incident spike = Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
        say(cause, 0);
        book.accept(spike, T.plusSeconds(1));
        book.accept(Said.resolved(spike), T.plusSeconds(2));
        say(Said.resolved(cause), 2);
        for (int second = 10; second < 2000; second += 10) {
            round(second);
        }
        assertEquals(List.of("firing", "resolved"), statuses());
        assertEquals(List.of("RunDiverged critical"), shown(0));
        assertEquals(List.of("RunDiverged critical over"), shown(1));
    }

    /** Its cause came after it was told: who keeps a page open for it hears that it is over. */
    @Test
    void whatWasToldAndThenKeptQuietIsToldAsOver() {
        Incident spike = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
        say(spike, 0);
        round(10);
        say(Said.incident(2, Kind.DIVERGENCE, Severity.CRITICAL, 6, 6), 20);
        round(70);
        say(Said.resolved(spike), 100);
        round(130);
        assertEquals(List.of("RunDiverged critical"), shown(1));
        assertEquals(List.of("LossSpike warning over", "RunDiverged critical"), shown(2));
    }

    /** A program keeps both by their labels; people are told that it is worse, not that it is over. */
    @Test
    void anEscalationIsNoRecovery() {
        say(Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5), 0);
        round(10);
        say(Said.incident(1, Kind.LOSS_SPIKE, Severity.CRITICAL, 5, 9), 100);
        assertEquals(2, told.size());
        assertEquals(List.of("LossSpike critical", "LossSpike warning over"), shown(1));
        List<Alert> read = told.get(1).readable().alerts();
        assertEquals(1, read.size());
        assertEquals("critical", read.getFirst().labels().get("severity"));
    }

    @Test
    void whatBecameSomethingElseBeforeItWasToldIsToldAsThatOnly() {
        book.accept(Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5), T);
        say(Said.incident(1, Kind.NON_FINITE, Severity.CRITICAL, 5, 6), 0);
        for (int second = 10; second < 2000; second += 10) {
            round(second);
        }
        assertEquals(1, told.size());
        assertEquals(List.of("NonFinite critical"), shown(0));
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
