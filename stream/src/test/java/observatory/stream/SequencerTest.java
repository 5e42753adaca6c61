package observatory.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;

class SequencerTest {
    private static final long SEED = 27;
    private static final Origin ORIGIN = Frames.origin("sequence", new UUID(1, 2));

    private final AtomicLong now = new AtomicLong();
    private final Sequencer sequencer = new Sequencer(true, now::get);

    /** Shuffled within a window, a fifth twice, a twentieth never. */
    @Test
    void disorderAndDuplicatesMakeNoDifferenceAndGapsAreCounted() {
        Random random = new Random(SEED);
        List<Long> sent = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (long seq = 0; seq < 10_000; seq++) {
            // The last one comes, so that the end of the sequence is known.
            if (random.nextInt(20) == 0 && seq < 9_999) {
                continue;
            }
            expected.add(seq);
            sent.add(seq);
            if (random.nextInt(5) == 0) {
                sent.add(seq);
            }
        }
        for (int from = 0; from < sent.size(); from += 500) {
            Collections.shuffle(sent.subList(from, Math.min(sent.size(), from + 500)), random);
        }
        List<Long> given = new ArrayList<>();
        sent.forEach(seq -> sequencer.add(Frames.frame(ORIGIN, seq)).forEach(item -> given.add(item.seq())));
        sequencer.release(true).forEach(item -> given.add(item.seq()));
        assertEquals(expected, given, "seed " + SEED);
        assertEquals(10_000 - expected.size(), sequencer.missing());
        assertEquals(sent.size() - expected.size(), sequencer.duplicates());
    }

    @Test
    void whatIsMissingIsWaitedForHalfASecond() {
        assertEquals(List.of(0L), seqs(sequencer.add(Frames.frame(ORIGIN, 0))));
        assertEquals(List.of(), sequencer.add(Frames.frame(ORIGIN, 2)));
        assertEquals(List.of(), sequencer.release(false));
        now.addAndGet(499_000_000);
        assertEquals(List.of(), sequencer.release(false));
        now.addAndGet(1_000_000);
        assertEquals(List.of(2L), seqs(sequencer.release(false)));
        assertEquals(1, sequencer.missing());
        assertEquals(List.of(), sequencer.add(Frames.frame(ORIGIN, 1)), "too late");
    }

    @Test
    void aNoticeOfWhatWasShedIsNoGap() {
        sequencer.add(Frames.frame(ORIGIN, 0));
        Map<String, String> details = Map.of("fromSeq", "1", "toSeq", "40", "count", "40", "tier", "frames");
        RunEvent notice = RunEvent.of(ORIGIN, 40, 40, Instant.EPOCH, RunEvent.Kind.LOST, details);
        assertEquals(List.of(40L), seqs(sequencer.add(notice)));
        assertEquals(List.of(41L), seqs(sequencer.add(Frames.frame(ORIGIN, 41))));
        assertEquals(0, sequencer.missing());
        assertEquals(40, sequencer.shed());
    }

    @Test
    void eachWriterAndIncarnationHasNumbersOfItsOwn() {
        for (int incarnation = 0; incarnation < 5; incarnation++) {
            Origin again = new Origin(ORIGIN.run(), incarnation, ORIGIN.writer(), 0);
            assertEquals(List.of(0L), seqs(sequencer.add(Frames.frame(again, 0))));
        }
        assertEquals(List.of(0L), seqs(sequencer.add(Frames.frame(Frames.origin("sequence", new UUID(5, 5)), 0))));
        assertEquals(0, sequencer.duplicates());
    }

    @Test
    void aTopicThatHasLostItsBeginningBeginsWhereItBegins() {
        Sequencer late = new Sequencer(false, now::get);
        assertEquals(List.of(500L), seqs(late.add(Frames.frame(ORIGIN, 500))));
        assertEquals(0, late.missing());
        assertEquals(LongStream.of(501).boxed().toList(), seqs(late.add(Frames.frame(ORIGIN, 501))));
    }

    private static List<Long> seqs(List<Telemetry> items) {
        return items.stream().map(Telemetry::seq).toList();
    }
}
