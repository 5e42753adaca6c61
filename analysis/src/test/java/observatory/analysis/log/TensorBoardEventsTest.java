package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
    private final TensorBoardEvents format = new TensorBoardEvents();

    @TempDir
    Path folder;

    @Test
    void joinsTheTagsOfAStepAndGivesThemOurNames() throws IOException {
        Read read = read(new EventFile()
                .scalar(0, "train/grad_norm", 0.5f)
                .scalar(0, "train/loss", 2f)
                .histogram(0, "weights")
                .scalar(1, "train/loss", Float.NaN)
                .scalar(1, "mine", 7f));
        assertArrayEquals(new long[] {0, 1}, read.steps());
        assertEquals(
                List.of(Scalars.GRADIENT_NORM, Scalars.LOSS),
                read.frames().getFirst().scalars().names());
        assertArrayEquals(new double[] {2, Double.NaN}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {7}, read.series("mine"));
    }

    @Test
    void theLossOfEveryStepComesBeforeThatOfAnEvaluation() throws IOException {
        Read read = read(new EventFile().scalar(0, "train/loss", 9f).scalar(0, "loss", 1f));
        assertArrayEquals(new double[] {1}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {9}, read.series("train/loss"));
    }

    @Test
    void readsEveryKindOfScalarTensorAndNoOther() throws IOException {
        byte[] content = EventFile.little(4).putFloat(1.5f).array();
        byte[] doubles = EventFile.little(8).putDouble(2.5).array();
        byte[] dimension = EventFile.block(2, EventFile.block(2, EventFile.varint(1, 3)));
        EventFile file = new EventFile()
                .tensor(0, "a", EventFile.message(EventFile.varint(1, 1), EventFile.block(4, content)))
                .tensor(0, "b", EventFile.message(EventFile.varint(1, 2), EventFile.block(4, doubles)))
                .tensor(0, "c", EventFile.message(EventFile.varint(1, 1), EventFile.fixed32(5, 3.5f)))
                .tensor(0, "d", EventFile.message(EventFile.varint(1, 1), EventFile.block(5, content)))
                .tensor(0, "e", EventFile.message(EventFile.varint(1, 2), EventFile.block(6, doubles)))
                .tensor(0, "f", EventFile.message(EventFile.varint(1, 9), EventFile.varint(10, 12)))
                .tensor(0, "g", EventFile.message(EventFile.varint(1, 7), EventFile.text(8, "text")))
                .tensor(0, "h", EventFile.message(EventFile.varint(1, 1), dimension, EventFile.fixed32(5, 1f)))
                .tensor(0, "i", EventFile.message(EventFile.varint(1, 3), EventFile.varint(7, -5)))
                .tensor(
                        0,
                        "j",
                        EventFile.message(
                                EventFile.varint(1, 9),
                                EventFile.block(
                                        4, EventFile.little(8).putLong(-4).array())));
        Scalars scalars = read(file).frames().getFirst().scalars();
        assertEquals(List.of("a", "b", "c", "d", "e", "f", "i", "j"), scalars.names());
        assertArrayEquals(new double[] {1.5, 2.5, 3.5, 1.5, 2.5, 12, -5, -4}, scalars.values());
    }

    @Test
    void aSeriesThatGoesBackBeginsANewIncarnation() throws IOException {
        Read read = read(new EventFile()
                .scalar(0, "loss", 1f)
                .scalar(1, "loss", 2f)
                .scalar(0, "loss", 3f)
                .start(0)
                .scalar(0, "loss", 4f));
        assertArrayEquals(new long[] {0, 1, 0, 0}, read.steps());
        assertEquals(
                List.of(0, 0, 1, 2),
                read.frames().stream().map(f -> f.origin().incarnation()).toList());
        // Number 0 is the event with which an incarnation begins.
        assertEquals(
                List.of(1L, 2L, 1L, 1L), read.frames().stream().map(Frame::seq).toList());
    }

    @Test
    void aSeriesWrittenLateStillJoinsItsStep() throws IOException {
        Read read =
                read(new EventFile().scalar(0, "loss", 1f).scalar(1, "loss", 2f).scalar(0, "validation/loss", 3f));
        assertArrayEquals(new long[] {0, 1}, read.steps());
        assertEquals(2, read.frames().getFirst().scalars().names().size());
    }

    @Test
    void aValueOfAStepLongPastIsCountedAndLeftOut() throws IOException {
        EventFile file = new EventFile();
        IntStream.range(0, 100).forEach(i -> file.scalar(i, "loss", i));
        Read read = read(file.scalar(3, "validation/loss", 1f));
        assertEquals(100, read.frames().size());
        assertEquals(
                List.of("1 values of steps long past were left out"),
                read.reading().remarks());
    }

    @Test
    void aFolderIsOneRun() throws IOException {
        Files.write(
                folder.resolve("events.out.tfevents.2"),
                new EventFile().scalar(5, "loss", 2f).bytes());
        Files.write(
                folder.resolve("events.out.tfevents.1"),
                new EventFile().scalar(4, "loss", 1f).bytes());
        Files.writeString(folder.resolve("notes.txt"), "no log");
        assertArrayEquals(new double[] {1, 2}, Read.of(folder).series(Scalars.LOSS));
    }

    @Test
    void everyTruncationKeepsWhatIsWhole() throws IOException {
        EventFile file = new EventFile();
        int[] ends = new int[6]; // ends[i]: bytes of a file with i losses
        ends[0] = file.bytes().length;
        for (int i = 1; i < ends.length; i++) {
            ends[i] = file.scalar(i, "loss", i).bytes().length;
        }
        byte[] whole = file.bytes();
        for (int cut = 0; cut <= whole.length; cut++) {
            int at = cut;
            long expected =
                    IntStream.range(1, ends.length).filter(i -> ends[i] <= at).count();
            Read read = Read.of(format, folder, Arrays.copyOf(whole, cut));
            assertEquals(expected, read.frames().size(), "cut at byte " + cut);
            boolean onBoundary = cut == 0 || IntStream.of(ends).anyMatch(end -> end == at);
            assertEquals(onBoundary, read.reading().remarks().isEmpty(), "cut at byte " + cut);
        }
    }

    @Test
    void flippedBitsNeverThrowAnythingElse() throws IOException {
        long seed = 20_250_101;
        Random random = new Random(seed);
        EventFile file = new EventFile();
        IntStream.range(0, 20).forEach(i -> file.scalar(i, "loss", i));
        byte[] whole = file.bytes();
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            String where = "seed " + seed + ", round " + round;
            assertTrue(Read.of(format, folder, damaged).frames().size() < 20 || isHarmless(whole, damaged), where);
        }
    }

    /** Only damage inside the first record, which holds no value, or in the checksum of nothing, loses no frame. */
    private static boolean isHarmless(byte[] whole, byte[] damaged) {
        int first = new EventFile().bytes().length;
        return Arrays.equals(whole, first, whole.length, damaged, first, damaged.length);
    }

    @Test
    void soundlyWrappedRubbishIsSkippedAndCounted() throws IOException {
        long seed = 7;
        Random random = new Random(seed);
        EventFile file = new EventFile();
        for (int i = 0; i < 2000; i++) {
            byte[] rubbish = new byte[random.nextInt(40)];
            random.nextBytes(rubbish);
            file.record(rubbish);
        }
        Read read = read(file.scalar(3, "loss", 4f));
        assertTrue(
                read.reading().skipped() > 1000,
                "seed " + seed + ": skipped " + read.reading().skipped());
        assertTrue(read.frames().stream().anyMatch(f -> f.scalars().find("loss").isPresent()), "seed " + seed);
    }

    @Test
    void tooManySeriesAreCountedAndLeftOut() throws IOException {
        EventFile file = new EventFile();
        IntStream.range(0, 10_500).forEach(i -> file.scalar(0, "tag" + i, i));
        Read read = read(file);
        assertEquals(10_000, read.frames().getFirst().scalars().names().size());
        assertTrue(read.reading().remarks().getFirst().startsWith("500 values"), read.reading()::toString);
    }

    @Test
    void progressComesToTheEnd() throws IOException {
        EventFile file = new EventFile();
        byte[] large = ByteBuffer.allocate(3 << 20).array();
        byte[] bytes =
                file.record(EventFile.block(15, large)).scalar(0, "loss", 1f).bytes();
        Path path = Files.write(folder.resolve("tfevents"), bytes);
        long[] last = new long[2];
        format.read(
                new LogSource(path, (done, total) -> {
                    last[0] = done;
                    last[1] = total;
                }),
                frame -> {});
        assertArrayEquals(new long[] {bytes.length, bytes.length}, last);
    }

    private Read read(EventFile file) throws IOException {
        return Read.of(format, folder, file.bytes());
    }
}
