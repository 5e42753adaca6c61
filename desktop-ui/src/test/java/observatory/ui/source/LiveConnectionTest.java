package observatory.ui.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveConnectionTest {
    @Test
    void whatComesOldWasSpooledAndWhatDoesNotComeIsStale() {
        assertEquals("live 0.4 s behind", text(Duration.ofMillis(400), true));
        assertEquals("live 12 s behind", text(Duration.ofSeconds(12), false), "a slow step is no outage");
        assertEquals("stale 95 s", text(Duration.ofSeconds(95), false));
        assertEquals("spooled 12 min", text(Duration.ofMinutes(12), true));
    }

    @Test
    void whatIsOldBecauseItIsHistoryWasNotSpooled() {
        assertEquals(
                "reading",
                LiveSource.connection(Duration.ofMinutes(12), true, false).text());
    }

    private static String text(Duration age, boolean arriving) {
        return LiveSource.connection(age, arriving, true).text();
    }
}
