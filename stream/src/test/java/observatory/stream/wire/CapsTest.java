package observatory.stream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.Frames;
import org.junit.jupiter.api.Test;

/** What is too large for one record travels in parts and is put together again; what is too long is cut by rule. */
class CapsTest {
    private static final Origin ORIGIN = Frames.origin("caps", new UUID(9, 9));

    @Test
    void aFrameThatFitsIsOneRecordAndItself() throws CodecException {
        Frame frame = Frames.wide(ORIGIN, 3, 100);
        List<byte[]> records = Codec.records(frame);
        assertEquals(1, records.size());
        assertEquals(frame, Codec.decode(records.getFirst()));
    }

    @Test
    void aFrameOfTenThousandLayersTravelsInPartsAndComesBackWhole() throws CodecException {
        Frame frame = withBatch(Frames.wide(ORIGIN, 3, 10_000));
        List<byte[]> records = Codec.records(frame);
        assertTrue(records.size() >= 3, "parts: " + records.size());
        PartJoin join = new PartJoin();
        List<Telemetry> joined = new ArrayList<>();
        for (byte[] record : records) {
            assertTrue(record.length <= Wire.RECORD_BYTES);
            assertTrue(((Frame) Codec.decode(record)).sites().sites().size() <= Wire.SITES);
            join.add(Codec.decodePart(record)).ifPresent(joined::add);
            join.add(Codec.decodePart(record)).ifPresent(joined::add); // Sent twice.
        }
        assertEquals(List.of(frame), joined);
    }

    @Test
    void aFrameWithAMissingPartIsNeverHalfAFrame() throws CodecException {
        List<byte[]> records = Codec.records(Frames.wide(ORIGIN, 3, 10_000));
        List<byte[]> next = Codec.records(Frames.wide(ORIGIN, 4, 10_000));
        PartJoin join = new PartJoin();
        assertEquals(Optional.empty(), join.add(Codec.decodePart(records.get(0))));
        assertEquals(Optional.empty(), join.add(Codec.decodePart(records.get(2))));
        Optional<Telemetry> last = Optional.empty();
        for (byte[] record : next) {
            last = join.add(Codec.decodePart(record));
        }
        assertEquals(4, last.orElseThrow().seq());
    }

    @Test
    void aMillionSitesAreCutAndCounted() throws CodecException {
        List<byte[]> records = Codec.records(Frames.wide(ORIGIN, 1, 1_000_000));
        assertEquals(Wire.PARTS, records.size());
        Frame first = (Frame) Codec.decode(records.getFirst());
        long sent = 0;
        for (byte[] record : records) {
            sent += ((Frame) Codec.decode(record))
                    .sites().columns().stream().mapToLong(Column::size).sum();
        }
        assertEquals(5_000_000, sent + first.scalars().find(Caps.DROPPED).orElseThrow());
    }

    @Test
    void longNamesKeepTheirBeginningAndStayDifferent() throws CodecException {
        String one = "n".repeat(1 << 20) + "1";
        String other = "n".repeat(1 << 20) + "2";
        Scalars scalars = new Scalars.Builder().put(one, 1).put(other, 2).build();
        Sites sites = new Sites(
                List.of(new Site(Hook.GRADIENT, 0, one)), List.of(new Column(other, new int[] {0}, new double[] {1})));
        Frame frame = new Frame(ORIGIN, 0, 0, Instant.EPOCH, scalars, sites, Optional.empty());
        Frame back = (Frame) Codec.decode(Codec.records(frame).getFirst());
        assertEquals(2, back.scalars().names().size());
        assertNotEquals(back.scalars().names().get(0), back.scalars().names().get(1));
        assertEquals(Wire.NAME, back.scalars().names().getFirst().length());
        assertTrue(back.sites().sites().getFirst().parameter().startsWith("nnn"));
    }

    @Test
    void tooManyScalarsAreCutAndCounted() throws CodecException {
        Frame frame = Frames.scalars(ORIGIN, 0, 50_000);
        Frame back = (Frame) Codec.decode(Codec.records(frame).getFirst());
        assertEquals(Wire.SCALARS, back.scalars().names().size());
        assertEquals(
                50_000 - (Wire.SCALARS - 1), back.scalars().find(Caps.DROPPED).orElseThrow());
    }

    @Test
    void aConfigurationTooLongForOneRecordIsCutAndSaysSo() throws CodecException {
        Map<String, String> details = Map.of("configuration", "ß".repeat(2_000_000), "model", "tiny");
        RunEvent event = RunEvent.of(ORIGIN, 0, 0, Instant.EPOCH, RunEvent.Kind.START, details);
        byte[] record = Codec.records(event).getFirst();
        assertTrue(record.length <= Wire.RECORD_BYTES);
        RunEvent back = (RunEvent) Codec.decode(record);
        assertEquals("tiny", back.details().get("model"));
        assertTrue(back.details().get("configuration").endsWith("(cut from 2000000 characters)"));
    }

    private static Frame withBatch(Frame frame) {
        List<Batch.Sequence> sequences = IntStream.range(0, 9)
                .mapToObj(i -> new Batch.Sequence("source", i * 1000L, i / 7.0))
                .toList();
        Column lengths =
                new Column("length", IntStream.range(0, 9).toArray(), new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        return new Frame(
                frame.origin(),
                frame.seq(),
                frame.step(),
                frame.time(),
                frame.scalars(),
                frame.sites(),
                Optional.of(new Batch(sequences, List.of(lengths))));
    }
}
