package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.alert.Tracked.Phase;
import observatory.analysis.alert.Tracked.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertBookTest {
    private static final Incident SPIKE = Said.incident(3, Kind.LOSS_SPIKE, Severity.WARNING, 100, 100);
    private static final Instant T = Said.START;

    @TempDir
    Path folder;

    private static Policy waiting(Span holdOff, Span keepFiring) {
        Policy.Rule rule = new Policy.Rule(Map.of("alertname", "LossSpike"), holdOff, keepFiring, false);
        return new Policy(List.of(rule), Policy.Inhibition.STANDARD, Policy.Timing.STANDARD);
    }

    private static AlertBook book(Policy policy) {
        return new AlertBook(policy, List.of(), Map.of());
    }

    private static Incident at(Incident was, long last) {
        return Said.incident(was.id(), was.kind(), was.severity(), was.firstStep(), last);
    }

    private static Phase phase(AlertBook book) {
        return book.all().getFirst().phase();
    }

    @Test
    void firesAtOnceAndResolvesAtOnceWhereNothingElseIsSaid() {
        AlertBook book = book(Policy.STANDARD);
        book.accept(SPIKE, T);
        assertEquals(Phase.FIRING, phase(book));
        book.accept(Said.resolved(SPIKE), T.plusSeconds(9));
        assertEquals(Phase.RESOLVED, phase(book));
        assertEquals(T, book.all().getFirst().alert().startsAt());
        assertEquals(T.plusSeconds(9), book.all().getFirst().alert().endsAt().orElseThrow());
        book.tick(T.plusSeconds(9 + Policy.STANDARD.keepResolvedSeconds() + 1));
        assertEquals(List.of(), book.all());
    }

    @Test
    void forNeedsBothItsStepsAndItsSeconds() {
        AlertBook book = book(waiting(new Span(3, 60), Span.NONE));
        book.accept(SPIKE, T);
        book.accept(at(SPIKE, 103), T.plusSeconds(30));
        assertEquals(Phase.PENDING, phase(book), "3 steps, 30 s");
        book.tick(T.plusSeconds(59));
        assertEquals(Phase.PENDING, phase(book));
        book.tick(T.plusSeconds(60));
        assertEquals(Phase.FIRING, phase(book));
    }

    @Test
    void stepsOfARunThatSaysNothingNewCountToo() {
        AlertBook book = book(waiting(new Span(5, 0), Span.NONE));
        book.accept(SPIKE, T);
        assertTrue(book.waitsFor(Said.RUN.value()));
        book.progress(Said.RUN.value(), 104);
        book.tick(T);
        assertEquals(Phase.PENDING, phase(book));
        book.progress(Said.RUN.value(), 105);
        book.tick(T);
        assertEquals(Phase.FIRING, phase(book));
        assertTrue(!book.waitsFor(Said.RUN.value()));
    }

    @Test
    void whatIsOverBeforeItsTimeIsNeverTold() {
        AlertBook book = book(waiting(new Span(3, 0), Span.NONE));
        book.accept(SPIKE, T);
        book.accept(Said.resolved(at(SPIKE, 101)), T.plusSeconds(1));
        assertEquals(List.of(), book.all());
    }

    @Test
    void keepsFiringUntilItsStepsAndSecondsHavePassedAndThroughARelapse() {
        AlertBook book = book(waiting(Span.NONE, new Span(10, 30)));
        book.accept(SPIKE, T);
        book.accept(Said.resolved(SPIKE), T.plusSeconds(1));
        assertEquals(Phase.RECOVERING, phase(book));
        book.progress(Said.RUN.value(), 105);
        book.accept(at(SPIKE, 106), T.plusSeconds(5));
        assertEquals(Phase.FIRING, phase(book), "a relapse is the same alert");
        book.accept(Said.resolved(at(SPIKE, 106)), T.plusSeconds(6));
        book.progress(Said.RUN.value(), 116);
        book.tick(T.plusSeconds(35));
        assertEquals(Phase.RECOVERING, phase(book), "10 steps, 29 s");
        book.tick(T.plusSeconds(36));
        assertEquals(Phase.RESOLVED, phase(book));
        assertEquals(1, book.all().size());
    }

    /** P17: a restart in the middle neither resets nor skips what was waited for. */
    @Test
    void aRestartResumesPendingAndRecovering() throws SQLException {
        Policy policy = waiting(new Span(5, 60), new Span(5, 60));
        AlertBook book = book(policy);
        book.accept(SPIKE, T);
        book.progress(Said.RUN.value(), 103);
        AlertBook resumed = restarted(book, policy);
        resumed.progress(Said.RUN.value(), 105);
        resumed.tick(T.plusSeconds(59));
        assertEquals(Phase.PENDING, phase(resumed));
        resumed.tick(T.plusSeconds(60));
        assertEquals(Phase.FIRING, phase(resumed));
        resumed.accept(Said.resolved(at(SPIKE, 105)), T.plusSeconds(70));
        AlertBook again = restarted(resumed, policy);
        again.progress(Said.RUN.value(), 110);
        again.tick(T.plusSeconds(129));
        assertEquals(Phase.RECOVERING, phase(again));
        again.tick(T.plusSeconds(130));
        assertEquals(Phase.RESOLVED, phase(again));
        assertEquals(T, again.all().getFirst().alert().startsAt());
    }

    private AlertBook restarted(AlertBook book, Policy policy) throws SQLException {
        try (AlertStore store = new AlertStore(folder.resolve("alerts.db"))) {
            store.commit(new AlertStore.Round(book, Map.of(), Map.of(), Map.of(), Said.START));
        }
        try (AlertStore store = new AlertStore(folder.resolve("alerts.db"))) {
            return store.book(policy);
        }
    }

    @Test
    void anEscalationIsAnotherAlertAndEndsTheFirst() {
        AlertBook book = book(Policy.STANDARD);
        book.accept(SPIKE, T);
        book.accept(Said.incident(3, Kind.LOSS_SPIKE, Severity.CRITICAL, 100, 102), T.plusSeconds(2));
        assertEquals(
                List.of("warning RESOLVED", "critical FIRING"),
                book.all().stream()
                        .map(one -> one.alert().labels().get("severity") + " " + one.phase())
                        .toList());
    }

    @Test
    void theEndOfARunIsTheEndOfWaitingForItsSteps() {
        AlertBook book = book(waiting(Span.NONE, new Span(1000, 0)));
        book.accept(SPIKE, T);
        book.accept(Said.resolved(SPIKE), T);
        book.over(Said.RUN.value());
        book.tick(T.plusSeconds(1));
        assertEquals(Phase.RESOLVED, phase(book));
    }

    /** 14695981039346656037 and 1099511628211 over names and values parted by 0xFF, done by hand on two labels. */
    @Test
    void fingerprintsAreThoseOfAlertmanager() {
        long hash = 0xcbf29ce484222325L;
        for (byte one : "alertnameÿxÿjobÿyÿ".getBytes(StandardCharsets.ISO_8859_1)) {
            hash ^= one & 0xff;
            hash *= 1099511628211L;
        }
        Alert alert = new Alert(
                new TreeMap<>(Map.of("job", "y", "alertname", "x")), new TreeMap<>(), T, Optional.empty(), "");
        assertEquals("%016x".formatted(hash), alert.fingerprint());
        Duration later = Duration.ofHours(1);
        assertEquals(alert.fingerprint(), alert.resolvedAt(T.plus(later)).fingerprint());
    }

    @Test
    void noStepAndNoValueStandInTheLabels() {
        Alert first = Alerts.of(SPIKE, T);
        Alert later = Alerts.of(at(SPIKE, 4711), T.plusSeconds(9));
        assertEquals(first.labels(), later.labels());
        assertEquals("4711", later.annotations().get("step_last"));
    }
}
