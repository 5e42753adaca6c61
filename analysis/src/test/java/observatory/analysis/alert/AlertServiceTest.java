package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.alert.AlertConfig.Configured;
import observatory.stream.cluster.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertServiceTest {
    private static final long SEED = 23;
    private static final Incident SPIKE = Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 5);
    private static final Policy AT_ONCE =
            new Policy(List.of(), Policy.Inhibition.STANDARD, new Policy.Timing(0, 0, 4000));

    @TempDir
    Path folder;

    private final Said.Clock clock = new Said.Clock();
    private final Said.Handed feed = new Said.Handed();
    private final List<Notification> told = Collections.synchronizedList(new ArrayList<>());

    private static Configured configured(String name, Receiver receiver) {
        return new Configured(name, receiver, Severity.WARNING, 1000, false);
    }

    private Outcome take(Notification notification) {
        told.add(notification);
        return new Outcome.Delivered();
    }

    private AlertStore store() throws SQLException {
        return new AlertStore(folder.resolve("alerts.db"));
    }

    private AlertService service(AlertStore store, Configured... receivers) throws SQLException {
        return new AlertService(feed, store, new AlertConfig(AT_ONCE, List.of("run"), List.of(receivers)), clock);
    }

    @Test
    void anIncidentIsToldAndItsEnd() throws SQLException {
        try (AlertStore store = store();
                AlertService service = service(store, configured("a", this::take))) {
            feed.hand(SPIKE);
            Said.await("the alert", () -> told.size() == 1);
            feed.hand(Said.resolved(SPIKE));
            Said.await("its end", () -> told.size() == 2);
            assertEquals(
                    List.of("firing", "resolved"),
                    told.stream().map(Notification::status).toList());
            assertEquals(Set.of(), service.troubles());
        }
    }

    /** What opens and resolves in one round is no end that comes from nowhere: who pages by it would page nobody. */
    @Test
    void whatCameAndWentInOneRoundIsToldAsFiringAndThenAsOver() throws Exception {
        feed.hand(Said.resolved(Said.incident(9, Kind.OVERFLOW, Severity.CRITICAL, 1, 1)));
        try (Hook hook = new Hook();
                AlertStore store = store();
                AlertService service = service(
                        store,
                        configured(
                                "hook",
                                new HttpReceiver(
                                        "hook",
                                        HttpReceiver.Dialect.WEBHOOK,
                                        Endpoint.of("hook", new Secret(hook.url()), true, Set.of()),
                                        Optional.empty(),
                                        HttpPost.standard(),
                                        clock)))) {
            Said.await("the old incident to be read", () -> !positionsMissing(store));
            feed.hand(SPIKE, Said.resolved(SPIKE));
            Said.await("both messages", () -> hook.bodies().size() == 2);
            assertEquals(List.of("firing", "resolved"), hook.statuses());
            assertEquals(Set.of(), service.troubles());
        }
    }

    /** Who runs it sees that a receiver is not told, and that it is told again. */
    @Test
    void aReceiverThatIsNotToldIsNamedUntilItIs() throws SQLException {
        AtomicReference<Outcome> answer =
                new AtomicReference<>(new Outcome.Later("h answered 503", Duration.ofSeconds(1)));
        try (AlertStore store = store();
                AlertService service = service(store, configured("a", notification -> answer.get()))) {
            feed.hand(SPIKE);
            Said.await("the failure", () -> !service.troubles().isEmpty());
            assertEquals(Set.of("a will be told later: h answered 503"), service.troubles());
            answer.set(new Outcome.Delivered());
            clock.forward(Duration.ofMinutes(1));
            Said.await("the message", () -> service.troubles().isEmpty());
            answer.set(new Outcome.Refused("h answered 404"));
            feed.hand(Said.resolved(SPIKE));
            Said.await("the refusal", () -> !service.troubles().isEmpty());
            assertEquals(Set.of("a was not told: h answered 404"), service.troubles());
        }
    }

    private static boolean positionsMissing(AlertStore store) {
        try {
            return store.positions().isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A process that is ended and begun again goes on where it was: nothing is lost and nothing told twice. */
    @Test
    void aRestartTellsNothingTwiceAndForgetsNothing() throws SQLException {
        feed.hand(Said.resolved(Said.incident(9, Kind.OVERFLOW, Severity.CRITICAL, 1, 1)));
        try (AlertStore store = store();
                AlertService _ = service(store, configured("a", this::take))) {
            Said.await("the old incident to be read", () -> !positionsMissing(store));
            feed.hand(SPIKE);
            Said.await("the alert", () -> told.size() == 1);
            assertEquals("LossSpike", told.getFirst().alerts().getFirst().name(), "what was over before is not told");
        }
        clock.forward(Duration.ofMinutes(1));
        try (AlertStore store = store();
                AlertService _ = service(store, configured("a", this::take))) {
            feed.hand(Said.incident(1, Kind.LOSS_SPIKE, Severity.WARNING, 5, 6));
            feed.hand(Said.resolved(SPIKE));
            Said.await("its end", () -> told.size() == 2);
            assertEquals("resolved", told.getLast().status());
            assertEquals(
                    told.getFirst().alerts().getFirst().startsAt(),
                    told.getLast().alerts().getFirst().startsAt());
        }
    }

    @Test
    void aReceiverThatHangsHoldsUpNobody() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Receiver hangs = notification -> {
            entered.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Outcome.Later("hung", Duration.ofSeconds(1));
        };
        try (AlertStore store = store();
                AlertService _ = service(store, configured("hangs", hangs), configured("a", this::take))) {
            feed.hand(SPIKE);
            entered.await();
            Said.await("the other receiver", () -> told.size() == 1);
            feed.hand(Said.incident(2, Kind.THROUGHPUT, Severity.WARNING, 6, 6));
            Said.await("the other receiver again", () -> told.size() == 2);
            never.countDown();
        }
    }

    /**
     * P15: killed between telling and striking off, a message is told once more with the same key, and none is lost.
     */
    @Test
    void aKillCostsAtMostOneDuplicateAndNoMessage() throws SQLException {
        Random random = new Random(SEED);
        int messages = 30;
        try (AlertStore store = store()) {
            for (int i = 0; i < messages; i++) {
                Alert alert = new Alert(
                        new TreeMap<>(Map.of("alertname", "A" + i)), new TreeMap<>(), Said.START, Optional.empty(), "");
                AlertBook none = new AlertBook(AT_ONCE, List.of(), Map.of());
                Notification one = Notification.of(new TreeMap<>(), List.of(alert), 0);
                store.commit(new AlertStore.Round(none, Map.of(), Map.of(), Map.of("a", List.of(one)), Said.START));
            }
        }
        List<String> keys = new ArrayList<>();
        int kills = 0;
        boolean more = true;
        while (more) {
            try (AlertStore store = store()) {
                Courier courier = new Courier(
                        "a",
                        notification -> {
                            keys.add(notification.key());
                            if (random.nextInt(4) == 0) {
                                throw new IllegalStateException("killed after telling");
                            }
                            return new Outcome.Delivered();
                        },
                        store,
                        clock,
                        1000);
                while (courier.run()) {
                    assertTrue(keys.size() < 1000);
                }
                more = false;
            } catch (IllegalStateException e) {
                kills++;
            }
        }
        assertEquals(messages, keys.stream().distinct().count(), "seed " + SEED);
        assertEquals(messages + kills, keys.size(), "one duplicate for each kill");
        assertTrue(kills > 3);
    }

    @Test
    void aFailingReceiverIsTriedLessOftenAndARefusalIsKept() throws SQLException {
        try (AlertStore store = store()) {
            AlertBook none = new AlertBook(AT_ONCE, List.of(), Map.of());
            Notification one = Said.notification(Kind.LOSS_SPIKE);
            store.commit(new AlertStore.Round(none, Map.of(), Map.of(), Map.of("a", List.of(one, one)), Said.START));
            List<Instant> attempts = new ArrayList<>();
            Courier courier = new Courier(
                    "a",
                    notification -> {
                        attempts.add(clock.instant());
                        return attempts.size() < 9
                                ? new Outcome.Later("h answered 503", Duration.ofSeconds(1))
                                : new Outcome.Refused("h answered 404");
                    },
                    store,
                    clock,
                    1000);
            while (attempts.size() < 9) {
                courier.run();
                clock.forward(Duration.ofSeconds(1));
            }
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < attempts.size(); i++) {
                gaps.add(Duration.between(attempts.get(i - 1), attempts.get(i)).toSeconds());
            }
            assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L), gaps);
            assertEquals(1, store.waiting("a"));
            assertEquals(
                    List.of("a: h answered 404, one message at "
                            + attempts.getLast().truncatedTo(ChronoUnit.SECONDS)),
                    store.troubles());
        }
    }

    /** What a receiver asks for is heeded, but not for days: a proxy that says `Retry-After: 999999` holds back no page. */
    @Test
    void aReceiverIsWaitedForAsItAsksButNoLongerThanFiveMinutes() throws SQLException {
        try (AlertStore store = store()) {
            AlertBook none = new AlertBook(AT_ONCE, List.of(), Map.of());
            Notification one = Said.notification(Kind.LOSS_SPIKE);
            store.commit(new AlertStore.Round(none, Map.of(), Map.of(), Map.of("a", List.of(one)), Said.START));
            List<Duration> pauses = List.of(Duration.ofSeconds(120), Duration.ofSeconds(999_999));
            List<Instant> attempts = new ArrayList<>();
            Courier courier = new Courier(
                    "a",
                    notification -> {
                        attempts.add(clock.instant());
                        return attempts.size() <= pauses.size()
                                ? new Outcome.Later("h answered 429", pauses.get(attempts.size() - 1))
                                : new Outcome.Delivered();
                    },
                    store,
                    clock,
                    1000);
            while (attempts.size() < 3 && clock.instant().isBefore(Said.START.plusSeconds(1000))) {
                courier.run();
                clock.forward(Duration.ofSeconds(1));
            }
            assertEquals(List.of(Said.START, Said.START.plusSeconds(120), Said.START.plusSeconds(420)), attempts);
        }
    }

    @Test
    void tooManyThatWaitAreGivenUpAndCounted() throws SQLException {
        try (AlertStore store = new AlertStore(folder.resolve("alerts.db"), 3)) {
            AlertBook none = new AlertBook(AT_ONCE, List.of(), Map.of());
            List<Notification> five = Collections.nCopies(5, Said.notification(Kind.LOSS_SPIKE));
            store.commit(new AlertStore.Round(none, Map.of(), Map.of(), Map.of("a", five), Said.START));
            assertEquals(3, store.waiting("a"));
            assertEquals(
                    List.of("a: given up, more than 3 wait, 2 messages, the last at "
                            + Said.START.truncatedTo(ChronoUnit.SECONDS)),
                    store.troubles());
        }
    }

    @Test
    void aReceiverIsToldNoMoreThanItsRate() throws SQLException {
        try (AlertStore store = store()) {
            AlertBook none = new AlertBook(AT_ONCE, List.of(), Map.of());
            store.commit(new AlertStore.Round(
                    none,
                    Map.of(),
                    Map.of(),
                    Map.of("a", Collections.nCopies(25, Said.notification(Kind.LOSS_SPIKE))),
                    Said.START));
            Courier courier = new Courier("a", this::take, store, clock, 10);
            for (int minute = 1; minute <= 3; minute++) {
                while (courier.run()) {
                    assertTrue(told.size() <= 10 * minute);
                }
                assertEquals(Math.min(25, 10 * minute), told.size());
                clock.forward(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    void aSilenceThatIsOverIsForgotten() throws SQLException {
        Instant until = clock.instant().plusSeconds(60);
        try (AlertStore store = store()) {
            store.silence(new Silence("s1", Map.of("run", "mine"), until, "known"));
            assertEquals(1, store.silences(until.minusSeconds(1)).size());
            assertEquals(List.of(), store.silences(until));
            assertTrue(!store.unsilence("s1", until.minusSeconds(1)));
        }
    }

    @Test
    void whatIsSilencedInTheStoreIsNotTold() throws SQLException {
        try (AlertStore store = store()) {
            store.silence(new Silence(
                    "s1", Map.of("alertname", "LossSpike"), clock.instant().plusSeconds(3600), "known"));
            try (AlertService _ = service(store, configured("a", this::take))) {
                feed.hand(SPIKE);
                feed.hand(Said.incident(2, Kind.THROUGHPUT, Severity.WARNING, 6, 6));
                Said.await("the other alert", () -> !told.isEmpty());
                assertEquals(
                        List.of("Throughput"),
                        told.getFirst().alerts().stream().map(Alert::name).toList());
            }
            assertEquals("known", store.silences(clock.instant()).getFirst().comment());
            assertTrue(store.unsilence("s1", clock.instant()) && !store.unsilence("s1", clock.instant()));
        }
    }
}
