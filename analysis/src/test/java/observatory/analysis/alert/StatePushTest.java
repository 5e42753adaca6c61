package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an Alertmanager is told, second by second. */
class StatePushTest {
    private static final Incident SPIKE = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);

    @TempDir
    Path folder;

    private final Said.Clock clock = new Said.Clock();
    private final AlertBook book = new AlertBook(Policy.STANDARD, List.of(), Map.of());
    private final List<Instant> delivered = new ArrayList<>();
    private final List<Map<String, Boolean>> bodies = new ArrayList<>();
    private Instant back = Instant.MIN;
    private AlertStore store;
    private StatePush push;

    @BeforeEach
    void begin() throws SQLException {
        store = new AlertStore(folder.resolve("alerts.db"));
        push = push();
    }

    @AfterEach
    void end() throws SQLException {
        store.close();
    }

    private StatePush push() throws SQLException {
        return new StatePush("am", this::take, store, clock);
    }

    private Outcome take(Notification notification) {
        if (clock.instant().isBefore(back)) {
            return new Outcome.Later("nobody there", Duration.ofSeconds(1));
        }
        delivered.add(clock.instant());
        Map<String, Boolean> over = new TreeMap<>();
        notification.alerts().forEach(alert -> over.put(alert.name(), alert.resolved()));
        bodies.add(over);
        return new Outcome.Delivered();
    }

    private void seconds(long count) throws SQLException {
        for (long second = 0; second < count; second++) {
            clock.forward(Duration.ofSeconds(1));
            book.tick(clock.instant());
            push.run(book.all());
        }
    }

    private void cameAndWent(Incident incident) {
        book.accept(incident, clock.instant());
        book.accept(Said.resolved(incident), clock.instant());
    }

    /** P16: one that is away for twenty minutes knows everything a minute after, also what came and went meanwhile. */
    @Test
    void anAlertmanagerThatComesBackIsToldWithinAMinute() throws SQLException {
        back = clock.instant().plus(Duration.ofMinutes(20));
        book.accept(SPIKE, clock.instant());
        book.accept(Said.incident(2, Kind.THROUGHPUT, Severity.WARNING, 5, 5), clock.instant());
        seconds(12 * 60);
        book.accept(Said.resolved(SPIKE), clock.instant());
        seconds(18 * 60);
        assertTrue(
                Duration.between(back, delivered.getFirst()).toSeconds() <= 60,
                delivered.getFirst().toString());
        assertEquals(Map.of("LossSpike", false, "Throughput", false, "Watchdog", false), bodies.getFirst());
        for (int i = 1; i < delivered.size(); i++) {
            assertTrue(Duration.between(delivered.get(i - 1), delivered.get(i)).toSeconds() <= 60);
        }
        assertTrue(bodies.stream().allMatch(body -> body.containsKey("Watchdog")));
        assertTrue(bodies.stream().anyMatch(body -> body.getOrDefault("LossSpike", false)), "its end");
        assertTrue(!bodies.getLast().containsKey("LossSpike"), "forgotten after 15 min");
    }

    /** It tells nobody of an alert that it only knows as resolved. */
    @Test
    void whatCameAndWentFiresForAWhileFirst() throws SQLException {
        cameAndWent(SPIKE);
        seconds(299);
        assertTrue(bodies.stream().noneMatch(body -> body.get("LossSpike")), bodies.toString());
        seconds(2);
        assertTrue(bodies.getLast().get("LossSpike"), bodies.toString());
        int before = bodies.size();
        cameAndWent(Said.incident(2, Kind.LOSS_SPIKE, Severity.WARNING, 50, 50));
        seconds(1);
        assertTrue(!bodies.get(before).get("LossSpike"), "it came back, and went");
    }

    @Test
    void whatFiredForLongEndsAtOnce() throws SQLException {
        book.accept(SPIKE, clock.instant());
        seconds(400);
        book.accept(Said.resolved(SPIKE), clock.instant());
        seconds(1);
        assertTrue(bodies.getLast().get("LossSpike"), bodies.toString());
    }

    @Test
    void aRestartTellsNothingAnewAndOwesWhatItOwed() throws SQLException {
        cameAndWent(SPIKE);
        seconds(301);
        assertTrue(bodies.getLast().get("LossSpike"));
        back = clock.instant().plus(Duration.ofMinutes(1));
        cameAndWent(Said.incident(2, Kind.NON_FINITE, Severity.CRITICAL, 6, 6));
        seconds(1);
        push = push();
        seconds(120);
        assertEquals(Map.of("LossSpike", true, "NonFinite", false, "Watchdog", false), bodies.getLast());
    }

    @Test
    void whatBecameSomethingElseBeforeItWasToldIsToldAsThatOnly() throws SQLException {
        book.accept(SPIKE, clock.instant());
        book.accept(Said.incident(1, Kind.NON_FINITE, Severity.CRITICAL, 5, 6), clock.instant());
        seconds(1);
        assertEquals(Map.of("NonFinite", false, "Watchdog", false), bodies.getLast());
    }
}
