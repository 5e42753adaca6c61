package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import observatory.analysis.log.Reading;
import observatory.probe.Frame;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandoverTest {
    private static final List<Frame> FRAMES = Sample.frames(20_000);

    @Test
    void everythingArrivesInOrder() {
        List<Telemetry> got = new ArrayList<>();
        Reading reading = Handover.of(
                sink -> {
                    FRAMES.forEach(sink);
                    return new Reading(FRAMES.size(), 0, List.of());
                },
                got::add);
        assertEquals(FRAMES, got);
        assertEquals(FRAMES.size(), reading.frames());
    }

    @Test
    void anErrorOfTheReaderIsThrownHere() {
        List<Telemetry> got = new ArrayList<>();
        IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class,
                () -> Handover.of(
                        sink -> {
                            FRAMES.forEach(sink);
                            throw new IllegalArgumentException("torn");
                        },
                        got::add));
        assertEquals("torn", thrown.getMessage());
    }

    @Test
    void anErrorOfTheJudgeEndsTheReader() throws InterruptedException {
        List<Thread> readers = new ArrayList<>();
        assertThrows(
                IllegalStateException.class,
                () -> Handover.of(
                        sink -> {
                            readers.add(Thread.currentThread());
                            FRAMES.forEach(sink);
                            return new Reading(0, 0, List.of());
                        },
                        item -> {
                            throw new IllegalStateException("cannot judge");
                        }));
        readers.getFirst().join(30_000);
        assertTrue(!readers.getFirst().isAlive(), "no thread is left behind");
    }
}
