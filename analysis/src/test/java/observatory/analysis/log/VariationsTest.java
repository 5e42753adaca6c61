package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs as launchers, exporters and other versions change them: recognised by content, and every loss is at its step.
 */
class VariationsTest {
    private static final double LN_2 = Math.log(2);

    @TempDir
    Path folder;

    /** Two points of a log: losses 3.5 and 3.25, unless it says otherwise. */
    record Variation(String what, String format, String text, long[] steps, double[] losses) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Variation of(String what, String format, long first, long second, String text) {
        return new Variation(what, format, text, new long[] {first, second}, new double[] {3.5, 3.25});
    }

    static Stream<Variation> variations() {
        return Stream.of(
                of("behind the name of a rank", "megatron", 10, 20, """
                        [default7]: iteration       10/    8000 | learning rate: 1.0E-04 | lm loss: 3.500000E+00 | grad norm: 0.741 |
                        [default7]: iteration       20/    8000 | learning rate: 1.0E-04 | lm loss: 3.250000E+00 | grad norm: 0.741 |
                        """),
                of("fairseq before it had loggers", "fairseq", 100, 200, """
                        | epoch 001:    100 / 6547 loss=%.9f, nll_loss=5.0, ppl=33.1, num_updates=100, lr=9e-06, gnorm=3.952, wall=12
                        | epoch 001:    200 / 6547 loss=%.9f, nll_loss=5.0, ppl=33.1, num_updates=200, lr=9e-06, gnorm=3.952, wall=24
                        """.formatted(3.5 / LN_2, 3.25 / LN_2)),
                of("metaseq behind a rank", "fairseq", 5, 10, """
                        0: 2021-11-10 02:44:41 | INFO | train_inner | {"epoch": 1, "loss": "%.9f", "num_updates": "5", "gnorm": "1.2"}
                        0: 2021-11-10 02:44:43 | INFO | train_inner | {"epoch": 1, "loss": "%.9f", "num_updates": "10", "gnorm": "1.2"}
                        """.formatted(3.5 / LN_2, 3.25 / LN_2)),
                of("fairseq laid out by Hydra", "fairseq", 5, 10, """
                        [2021-11-10 02:44:41][train_inner][INFO] - {"epoch": 1, "loss": "%.9f", "num_updates": "5", "gnorm": "1.2"}
                        [2021-11-10 02:44:43][train_inner][INFO] - {"epoch": 1, "loss": "%.9f", "num_updates": "10", "gnorm": "1.2"}
                        """.formatted(3.5 / LN_2, 3.25 / LN_2)),
                of("OLMo-core behind the times of a container", "olmo-console", 10, 20, """
                        2024-11-04T18:08:12.345Z [step=10/20000,epoch=1]
                        2024-11-04T18:08:12.345Z     train/CE loss=3.5
                        2024-11-04T18:08:13.345Z [step=20/20000,epoch=1]
                        2024-11-04T18:08:13.345Z     train/CE loss=3.25
                        """),
                of("Composer's console", "composer-console", 10, 20, """
                        [epoch=1][batch=10/2000]:
                        \t Train time/batch: 9
                        \t Train loss/train/total: 3.5
                        \t Train l2_norm/grad/global: 0.7
                        [epoch=1][batch=20/2000]:
                        \t Train loss/train/total: 3.25
                        """),
                of("torchtitan when it counted words", "key-value-text", 10, 20, """
                        [rank0]:2024-07-01 10:00:00,123 - root - INFO - step: 10  loss:  3.5000  memory: 35.12GiB(44.33%)  wps: 7,312
                        [rank0]:2024-07-01 10:00:00,123 - root - INFO - step: 20  loss:  3.2500  memory: 35.12GiB(44.33%)  wps: 7,312
                        """),
                of("a dash before the number", "key-value-text", 1, 2, """
                        train - step 1 - loss - 3.5
                        train - step 2 - loss - 3.25
                        """),
                of("epochs alone", "key-value-text", 1, 2, """
                        Epoch [1/200], Train Loss: 3.5, Val Loss: 3.6
                        Epoch [2/200], Train Loss: 3.25, Val Loss: 3.4
                        """),
                of("steps inside epochs", "key-value-text", 990, 1010, """
                        Epoch: [0][ 990/1000]\tTime  0.212 ( 0.300)\tLoss 3.5000e+00 (3.6000e+00)\tAcc@1   0.39 (  0.12)
                        Epoch: [1][  10/1000]\tTime  0.212 ( 0.300)\tLoss 3.2500e+00 (3.6000e+00)\tAcc@1   0.39 (  0.12)
                        """),
                of("samples inside epochs", "key-value-text", 128640, 129280, """
                        Train Epoch: 1 [640/128000 (1%)]\tLoss: 3.500000
                        Train Epoch: 1 [1280/128000 (1%)]\tLoss: 3.250000
                        """),
                of("a step behind a bracket", "key-value-text", 500, 1000, """
                        I0101 10:00:00.123456 140 submission.py:296] 500) loss = 3.500, grad_norm = 0.7
                        I0101 10:00:00.123456 140 submission.py:296] 1000) loss = 3.250, grad_norm = 0.7
                        """),
                of("a step of a total in brackets", "key-value-text", 10, 20, """
                        [    10/ 20000] loss: 3.5000
                        [    20/ 20000] loss: 3.2500
                        """),
                of("a table with the index of pandas", "csv", 10, 20, """
                        ,step,loss
                        0,10,3.5
                        1,20,3.25
                        """),
                of("a table padded with nan", "csv", 1, 2, """
                        step,loss,lr,val_loss
                        1,3.5,1e-4,nan
                        2,3.25,1e-4,nan
                        2,nan,nan,3.6
                        """),
                new Variation(
                        "rows of which pandas left only the step", "csv", """
                        global_step,grad_norm,loss,train/loss,score
                        1,0.5,3.5,,
                        2,,,3.4,0.1
                        3,0.5,3.25,,
                        4,,,,
                        5,,,,
                        """, new long[] {1, 3, 4, 5}, new double[] {
                            3.5, 3.25, Double.NaN, Double.NaN
                        }),
                of("norms in rows of their own", "csv", 2, 4, """
                        step,grad_norm,loss
                        1,0.5,
                        2,,3.5
                        3,0.5,
                        4,,3.25
                        """),
                of("a series as TensorBoard hands it out", "csv", 10, 20, """
                        Wall time,Step,Value
                        1700000000.1,10,3.5
                        1700000001.1,20,3.25
                        """),
                of("ms-swift", "jsonl", 5, 10, """
                        {"loss": 3.5, "grad_norm": 0.7, "learning_rate": 1e-05, "global_step/max_steps": "5/1000", "percentage": "1%"}
                        {"loss": 3.25, "grad_norm": 0.7, "learning_rate": 1e-05, "global_step/max_steps": "10/1000", "percentage": "1%"}
                        """),
                new Variation("NaN that became null", "jsonl", """
                        {"step": 1, "loss": 3.5, "lr": 1e-4}
                        {"step": 2, "loss": null, "lr": 1e-4}
                        """, new long[] {1, 2}, new double[] {3.5, Double.NaN}),
                new Variation(
                        "null and nothing beside it", "jsonl", """
                        {"step": 1, "loss": 3.5}
                        {"step": 2, "loss": null}
                        """, new long[] {1, 2}, new double[] {3.5, Double.NaN}),
                of("objects under their steps", "json", 1, 2, """
                        {"1": {"loss": 3.5, "lr": 1e-4},
                         "2": {"loss": 3.25, "lr": 1e-4}}
                        """),
                of("a series under its steps", "json", 0, 5, """
                        {"loss": {"0": 3.5, "5": 3.25}}
                        """),
                of("a configuration in JSON first", "key-value-text", 1, 2, """
                        {"lr": 1e-4, "batch": 32}
                        step 1 loss 3.5
                        step 2 loss 3.25
                        """),
                of("losses and nothing else", "step-loss-pairs", 1, 2, """
                        3.500000
                        3.250000
                        """));
    }

    private Read read(byte[] content, String format) throws IOException {
        Path file = Files.write(folder.resolve("a.log"), content);
        LogFormat found = LogFormats.find(file, Optional.empty());
        assertEquals(format, found.name());
        return Read.of(found, file);
    }

    private static void told(Variation variation, Read read) {
        double[] losses = read.series(Scalars.LOSS);
        long[] steps = read.frames().stream()
                .filter(frame -> frame.scalars().find(Scalars.LOSS).isPresent())
                .mapToLong(Frame::step)
                .toArray();
        assertArrayEquals(variation.losses, losses, 1e-6);
        assertArrayEquals(variation.steps, steps);
    }

    @ParameterizedTest
    @MethodSource("variations")
    void everyLossIsAtItsStep(Variation variation) throws IOException {
        told(variation, read(variation.text.getBytes(StandardCharsets.UTF_8), variation.format));
    }

    @ParameterizedTest
    @MethodSource("variations")
    void theEndsOfLinesAndPackingChangeNothing(Variation variation) throws IOException {
        String crlf = variation.text.replace("\n", "\r\n");
        told(variation, read(crlf.getBytes(StandardCharsets.UTF_8), variation.format));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(variation.text.getBytes(StandardCharsets.UTF_8));
        }
        told(variation, read(packed.toByteArray(), variation.format));
        for (Charset charset : new Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
            told(variation, read(("\uFEFF" + variation.text).getBytes(charset), variation.format));
        }
    }

    @Test
    void zerosOfALostWriteAreNoEndOfTheText() throws IOException {
        String text = "\0\0\0\0step 1 loss 3.5\n\0\0step 2 loss 3.25\nstep 3 loss 3.0\n";
        Read read = read(text.getBytes(StandardCharsets.UTF_8), "key-value-text");
        assertArrayEquals(new double[] {3.5, 3.25, 3.0}, read.series(Scalars.LOSS));
    }

    @Test
    void theFirstStepMayComeBehindMegabytesOfOtherOutput() throws IOException {
        String noise = "node7: NCCL INFO Channel 00/32 : 0 1 2 3 4 5 6 7 [send] via NET/IB/0/GDRDMA\n".repeat(60_000);
        String text = noise
                + " iteration       10/    8000 | learning rate: 1.0E-04 | lm loss: 3.500000E+00 | grad norm: 0.741 |\n"
                + " iteration       20/    8000 | learning rate: 1.0E-04 | lm loss: 3.250000E+00 | grad norm: 0.741 |\n";
        Read read = read(text.getBytes(StandardCharsets.UTF_8), "megatron");
        assertArrayEquals(new double[] {3.5, 3.25}, read.series(Scalars.LOSS));
    }

    @Test
    void bytesThatAreNoTextAreNoLog() throws IOException {
        byte[] bytes = new byte[5000];
        new Random(3).nextBytes(bytes);
        Path file = Files.write(folder.resolve("weights.bin"), bytes);
        assertThrows(LogException.class, () -> LogFormats.find(file, Optional.empty()));
    }
}
