package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrackTest {
    @Test
    void aSpikeOfOneStepSurvivesAnyLength() {
        Track track = new Track();
        int steps = 300_001;
        for (int step = 0; step < steps; step++) {
            double value = step == 123_457 ? 99 : step == 250_000 ? -99 : Math.sin(step);
            track.add(step, step == 77_777 ? Double.NaN : value);
        }
        List<Track.Point> points = track.points();
        assertTrue(points.size() <= 4096, "points " + points.size());
        assertTrue(points.contains(new Track.Point(123_457, 99)));
        assertTrue(points.contains(new Track.Point(250_000, -99)));
        assertEquals(1, track.nonFiniteSteps().size());
        assertTrue(Math.abs(track.nonFiniteSteps().getFirst() - 77_777) < 300);
        for (int i = 1; i < points.size(); i++) {
            assertTrue(points.get(i - 1).step() < points.get(i).step(), "points ascend at " + i);
        }
    }

    @Test
    void aShortRunIsKeptWhole() {
        Track track = new Track();
        for (int step = 0; step < 2048; step++) {
            track.add(step, step % 7);
        }
        assertEquals(2048, track.points().size());
        assertEquals(new Track.Point(6, 6), track.points().get(6));
    }
}
