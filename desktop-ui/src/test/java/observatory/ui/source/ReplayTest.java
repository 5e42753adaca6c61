package observatory.ui.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import observatory.probe.Telemetry;
import observatory.ui.Frames;
import org.junit.jupiter.api.Test;

class ReplayTest {
    /** A healthy run with a loss of 9 at step 150, and another level of noise than none. */
    private static Replay spiked() {
        List<Telemetry> tape = new ArrayList<>();
        for (int step = 0; step < 200; step++) {
            tape.add(Frames.loss(step, step == 150 ? 9 : 2 + 0.01 * (step * 7 % 5)));
        }
        return new Replay(Frames.RUN, tape);
    }

    @Test
    void itStandsAtTheEndAndKnowsWhatWasFound() {
        Replay replay = spiked();
        assertEquals(200, replay.position());
        assertFalse(replay.recording().incidents().isEmpty());
    }

    @Test
    void woundBackItKnowsOnlyWhatWasKnownThen() {
        Replay replay = spiked();
        replay.wind(150);
        assertEquals(149, replay.recording().frames().lastStep());
        assertTrue(replay.recording().incidents().isEmpty());
        replay.step(1);
        assertEquals(150, replay.recording().frames().lastStep());
        assertFalse(replay.recording().incidents().isEmpty());
        replay.step(-1);
        assertTrue(replay.recording().incidents().isEmpty());
    }

    @Test
    void timePassesAsFastAsAsked() {
        Replay replay = spiked();
        replay.play(true);
        assertEquals(0, replay.position(), "from the start, because the end was reached");
        replay.advance(5);
        assertEquals(10, replay.position(), "half a second a step");
        replay.speed(1000);
        assertEquals(100, replay.speed());
        replay.advance(0.5);
        assertEquals(110, replay.position());
        replay.advance(1e6);
        assertEquals(200, replay.position());
        assertFalse(replay.playing());
    }

    @Test
    void anotherRankIsShownAtTheSamePosition() {
        List<Telemetry> tape = new ArrayList<>();
        for (int step = 0; step < 20; step++) {
            tape.add(Frames.ranked(step, 1, 3));
            tape.add(Frames.ranked(step, 0, 2));
        }
        Replay replay = new Replay(Frames.RUN, tape);
        replay.wind(20);
        assertEquals(List.of(0, 1), replay.recording().ranks());
        assertEquals(1, replay.recording().rank(), "the one that spoke first");
        assertEquals(3, replay.recording().scalar("loss").orElseThrow().at(5));
        assertTrue(replay.showRank(0));
        assertEquals(20, replay.position());
        assertEquals(0, replay.recording().rank());
        assertEquals(2, replay.recording().scalar("loss").orElseThrow().at(5));
        assertEquals(10, replay.recording().frames().size());
        replay.step(-4);
        assertEquals(0, replay.recording().rank(), "stays when wound back");
    }

    @Test
    void anEmptyTapePlaysNothing() {
        Replay replay = new Replay(Frames.RUN, List.of());
        replay.play(true);
        replay.advance(1);
        assertEquals(0, replay.position());
    }
}
