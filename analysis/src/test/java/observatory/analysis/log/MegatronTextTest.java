package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MegatronTextTest {
    private static final String TAIL = " number of skipped iterations:   0 | number of nan iterations:   0 |\n";

    @TempDir
    Path folder;

    @Test
    void readsTheNewLineWithItsTimeAndUnits() throws IOException {
        Read read = read("[2026-08-22 15:22:22.123456] iteration     3385/    8000 | consumed samples:       216640 |"
                + " elapsed time per iteration (ms): 7624.3 | throughput per GPU (TFLOP/s/GPU): 412.3 |"
                + " learning rate: 6.676000E-06 | global batch size:    64 | lm loss: 7.072597E-01 | loss scale: 1.0 |"
                + " grad norm: 0.741 | params norm: 1234.567 |" + TAIL);
        Scalars scalars = read.frames().getFirst().scalars();
        assertEquals(
                Instant.parse("2026-08-22T15:22:22.123456Z"),
                read.frames().getFirst().time());
        assertEquals(3385, read.steps()[0]);
        assertEquals(OptionalDouble.of(0.7072597), scalars.find(Scalars.LOSS));
        assertEquals(OptionalDouble.of(0.741), scalars.find(Scalars.GRADIENT_NORM));
        assertEquals(OptionalDouble.of(6.676e-6), scalars.find(Scalars.LEARNING_RATE));
        assertEquals(7.6243, scalars.find(Scalars.STEP_SECONDS).orElseThrow(), 1e-12);
        assertEquals(OptionalDouble.of(1234.567), scalars.find("params norm"));
    }

    @Test
    void readsNeoXAndQuotedLinesAmongOthers() throws IOException {
        Read read = read("loading data ...\nsamples/sec: 112.345 | iteration     1000/  143000 |"
                + " elapsed time per iteration (ms): 9113.2 | learning rate: 2.300E-04 | approx flops per GPU:"
                + " 118.4TFLOPS | lm_loss: 2.987600E+00 | loss scale: 65536.0 |" + TAIL
                + "[default7]: iteration 1001/ 143000 | learning rate: 1E-4 | lm-loss: 2.5 |" + TAIL
                + "saving checkpoint at iteration 1001 to disk\n> iteration 1002/ 143000 | lm loss: nan |\n");
        assertArrayEquals(new double[] {2.9876, 2.5, Double.NaN}, read.series(Scalars.LOSS));
    }

    @Test
    void aLineThatIsPrintedTwiceIsNoRestart() throws IOException {
        String first = line(10, "lm loss: 2.5");
        String second = "[default7]: " + line(20, "lm loss: 2.4"); // beside the line of another handler
        Read read = read(first + first + line(20, "lm loss: 2.4") + second + line(20, "lm loss: 2.3"));
        assertArrayEquals(new double[] {2.5, 2.4, 2.3}, read.series(Scalars.LOSS));
        assertArrayEquals(
                new int[] {0, 0, 1},
                read.frames().stream()
                        .mapToInt(frame -> frame.origin().incarnation())
                        .toArray(),
                "the last line says something else about its step, and so the run went back");
        assertTrue(read.reading().remarks().contains("lines that the log prints twice were read once"));
    }

    @Test
    void aMissingLossIsNanUnlessTheWholeIntervalWasSkipped() throws IOException {
        Read read = read("iteration 10/ 100 | loss scale: 8.0 | number of skipped iterations: 10 |\n"
                + "iteration 20/ 100 | loss scale: 8.0 | number of skipped iterations: 3 |\n");
        assertEquals(OptionalDouble.empty(), read.frames().getFirst().scalars().find(Scalars.LOSS));
        assertTrue(
                Double.isNaN(read.frames().get(1).scalars().find(Scalars.LOSS).orElseThrow()));
    }

    @Test
    void skippedIterationsAreInferredFromHalvings() throws IOException {
        Read read =
                read(line(10, "loss scale: 65536.0") + line(20, "loss scale: 8192.0") + line(30, "loss scale: 8192.0"));
        assertArrayEquals(new double[] {0, 3, 0}, read.series("skipped_iterations"));
        assertArrayEquals(new double[] {0, 1, 0}, read.series(Scalars.SKIPPED));
    }

    @Test
    void normsThatAreStillScaledAreDividedAndNormsOfZeroAreNotReported() throws IOException {
        Read scaled = read(line(1, "loss scale: 65536.0 | grad norm: 0.000 | num zeros: 0.0")
                + line(2, "loss scale: 65536.0 | grad norm: 12952.0 | num zeros: 0.0"));
        assertArrayEquals(new double[] {12952.0 / 65536}, scaled.series(Scalars.GRADIENT_NORM));
        Read plain = read(line(1, "loss scale: 16384.0 | grad norm: 16.999"));
        assertArrayEquals(new double[] {16.999}, plain.series(Scalars.GRADIENT_NORM));
        Read none = read(line(1, "loss scale: -1.0 | grad norm: 0.000 | num zeros: 0.0"));
        assertEquals(0, none.series(Scalars.GRADIENT_NORM).length);
        assertEquals(0, none.series(Scalars.LOSS_SCALE).length);
    }

    @Test
    void anEvaluationGoesWithTheNextStepAndIsNoTrainingLoss() throws IOException {
        Read read = read(line(10, "lm loss: 2.5")
                + " validation loss at iteration 10 on validation set | lm loss value: 2.7E+00 | lm loss PPL: 1.4E+01 |\n"
                + line(20, "lm loss: 2.4"));
        assertArrayEquals(new double[] {2.5, 2.4}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {2.7}, read.series(Scalars.VALIDATION_LOSS));
    }

    @Test
    void tokensOfAStepComeFromTheRunningTotal() throws IOException {
        Read read = read(line(10, "consumed tokens: 1000") + line(20, "consumed tokens: 5000"));
        assertArrayEquals(new double[] {400}, read.series(Scalars.TOKENS));
    }

    @Test
    void anIterationThatGoesBackIsANewIncarnation() throws IOException {
        Read read = read(line(1, "lm loss: 1.0") + line(2, "lm loss: 1.0") + line(2, "lm loss: 1.1"));
        assertEquals(
                List.of(0, 0, 1),
                read.frames().stream().map(f -> f.origin().incarnation()).toList());
    }

    @Test
    void truncationAtEveryByteAndFlippedBitsNeverThrow() throws IOException {
        byte[] whole = (line(1, "lm loss: 1.0 | grad norm: 2.0") + line(2, "lm loss: 1.5 | loss scale: 4.0"))
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int cut = 0; cut <= whole.length; cut++) {
            assertTrue(readBytes(Arrays.copyOf(whole, cut)).frames().size() <= 2, "cut at byte " + cut);
        }
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            assertTrue(readBytes(damaged).frames().size() <= 2, "seed " + seed + ", round " + round);
        }
    }

    @Test
    void aLineWithoutEndIsCutOff() throws IOException {
        byte[] endless = new byte[5 << 20];
        Arrays.fill(endless, (byte) 'x');
        byte[] log = EventFile.message(endless, ("\n" + line(1, "lm loss: 1.0")).getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(1, readBytes(log).frames().size());
    }

    private static String line(long step, String fields) {
        return " iteration " + step
                + "/ 1000 | learning rate: 1.0E-4 | lm loss: 2.0E+00 | "
                        .replace(fields.contains("lm loss") ? "lm loss: 2.0E+00 | " : "\0", "")
                + fields + " |" + TAIL;
    }

    private Read read(String text) throws IOException {
        return readBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Read readBytes(byte[] bytes) throws IOException {
        return Read.of(new MegatronText(), folder, bytes);
    }
}
