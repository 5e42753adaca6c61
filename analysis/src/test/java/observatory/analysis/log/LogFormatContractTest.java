package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every log format promises. */
class LogFormatContractTest {
    private static final long SEED = 5;

    @TempDir
    Path folder;

    static Stream<Sample> samples() {
        return Sample.all().stream();
    }

    @Test
    void everyFormatHasASample() {
        List<String> samples = samples().map(Sample::format).toList();
        assertEquals(LogFormats.all().stream().map(LogFormat::name).toList(), samples);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void contentTellsTheFormatAndGivesTheSteps(Sample sample) throws IOException {
        Path file = Files.write(folder.resolve("log"), sample.log());
        assertEquals(sample.format(), LogFormats.find(file, Optional.empty()).name());
        Read read = Read.of(file);
        List<Frame> withLoss = read.frames().stream()
                .filter(frame -> frame.scalars().find(Scalars.LOSS).isPresent())
                .toList();
        assertArrayEquals(
                sample.steps(), withLoss.stream().mapToLong(Frame::step).toArray());
        assertArrayEquals(sample.losses(), read.series(Scalars.LOSS), 1e-6);
        assertEquals(0, read.reading().skipped());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theSameLogGivesTheSameFrames(Sample sample) throws IOException {
        Path file = Files.write(folder.resolve("log"), sample.log());
        assertEquals(Read.of(file).frames(), Read.of(file).frames());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void truncationAtEveryByteLosesOnlyTheEnd(Sample sample) throws IOException {
        int whole = read(sample, sample.log()).frames().size();
        boolean text = sample.log().length < 4096;
        int stride = text ? 1 : sample.log().length / 150; // a database is slow to open, and most of it is zeros
        for (int cut = 0; cut < sample.log().length; cut += stride) {
            int frames = frames(sample, Arrays.copyOf(sample.log(), cut));
            assertTrue(frames <= whole + 1, "cut at byte " + cut + ": " + frames + " frames");
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void damagedBytesNeverThrowAnythingElse(Sample sample) throws IOException {
        Random random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            byte[] damaged = sample.log().clone();
            for (int flip = 0; flip < 3; flip++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            assertTrue(frames(sample, damaged) <= 40, "seed " + SEED + ", round " + round);
        }
    }

    private int frames(Sample sample, byte[] log) throws IOException {
        try {
            return read(sample, log).frames().size();
        } catch (LogException told) {
            assertTrue(told.getMessage().contains("log"), told::getMessage);
            return 0;
        }
    }

    private Read read(Sample sample, byte[] log) throws IOException {
        LogFormat format = LogFormats.all().stream()
                .filter(each -> each.name().equals(sample.format()))
                .findFirst()
                .orElseThrow();
        return Read.of(format, folder, log);
    }
}
