package observatory.ui.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import observatory.ui.data.Mark;
import org.junit.jupiter.api.Test;

class ChangedTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void theGovernorSaysWhatItHasMadeRarerAndWhatThatSaves() {
        assertEquals(
                "format-range: every 1 → every 2 steps; observing takes 5.21 % → 3.12 %, budget 3 %",
                Changed.words(
                        mark(
                                Mark.Kind.CADENCE,
                                Map.of(
                                        "probe", "format-range",
                                        "every_before", "1",
                                        "every", "2",
                                        "share_before", "0.0521",
                                        "share", "0.0312",
                                        "budget", "0.03")),
                        NOON,
                        false));
    }

    @Test
    void aCommandTellsWhoseItIsAndHowLongItStillHolds() {
        Mark mark = mark(
                Mark.Kind.COMMAND,
                Map.of(
                        "operator", "alice",
                        "command", "Profile[pack=PROFILE, timeToLive=PT10M]",
                        "outcome", "applied",
                        "reason", "",
                        "id", "7"));
        String told = "alice: Profile[pack=PROFILE, timeToLive=PT10M] applied";
        assertEquals(told + ", 8 min left", Changed.words(mark, NOON.plusSeconds(120), false));
        assertEquals(told, Changed.words(mark, NOON.plusSeconds(120), true), "taken back before its time");
        assertEquals(told, Changed.words(mark, NOON.plusSeconds(601), false), "its time is over");
    }

    @Test
    void whatAnotherProgramWroteIsShownAsItIs() {
        assertEquals(
                "?: every ? → every ? steps; observing takes ? → a lot, budget ?",
                Changed.words(mark(Mark.Kind.CADENCE, Map.of("share", "a lot")), NOON, false));
    }

    private static Mark mark(Mark.Kind kind, Map<String, String> details) {
        return new Mark(kind, 5, NOON, new TreeMap<>(details));
    }
}
