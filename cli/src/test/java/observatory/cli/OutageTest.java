package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final Outage outage = new Outage("it is back");

    @Test
    void aTroubleThatLastsIsToldOnceAndSoIsItsEnd() {
        assertEquals(Optional.empty(), at(0, ""));
        assertEquals(Optional.empty(), at(1, "gone for 1 s"));
        assertEquals(Optional.empty(), at(4, "gone for 4 s"));
        assertEquals(Optional.of("gone for 5 s"), at(6, "gone for 5 s"));
        assertEquals(Optional.empty(), at(7, "gone for 6 s"));
        assertEquals(Optional.of("it is back"), at(8, ""));
        assertEquals(Optional.empty(), at(9, ""));
    }

    @Test
    void aShortOneIsNobodysAffair() {
        assertEquals(Optional.empty(), at(0, "gone"));
        assertEquals(Optional.empty(), at(3, ""));
        assertEquals(Optional.empty(), at(4, "gone again"));
        assertEquals(Optional.empty(), at(8, "gone again"));
        assertEquals(Optional.of("gone again"), at(9, "gone again"));
    }

    private Optional<String> at(int seconds, String trouble) {
        return outage.look(trouble, Duration.ofSeconds(seconds).toNanos());
    }
}
