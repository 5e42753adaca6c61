package observatory.analysis.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the logs of each framework do not say, or say in another way than others; those of Megatron have a
 * test of their own.
 */
class TrapsTest {
    private static final double[] NONE = {};

    @TempDir
    Path folder;

    @Test
    void theSummaryOfATrainingIsNoLossOfAStep() throws IOException {
        Read read = read(new TrainerState(), """
                {"log_history": [{"loss": 1.5, "step": 10}, {"eval_loss": 1.6, "step": 10},
                 {"step": 10, "train_loss": 177371128639.0, "train_runtime": 36.0}]}""");
        assertArrayEquals(new double[] {1.5}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {1.6}, read.series(Scalars.VALIDATION_LOSS));
        assertArrayEquals(new double[] {177371128639.0}, read.series("summary/train_loss"));
    }

    @Test
    void printedDictionariesTakeTheStepOfTheTrainingBarAndNotOfTheEvaluation() throws IOException {
        Read read = read(new PrintedDicts(), """
                 10%|█         | 100/1000 [01:40<15:00,  1.00s/it]
                {'loss': 1.5, 'learning_rate': 5e-05, 'epoch': 0.1}
                  0%|          | 0/25 [00:00<?, ?it/s]
                 80%|████████  | 20/25 [00:04<00:01,  5.00it/s]
                {'eval_loss': 1.6, 'eval_runtime': 5.0, 'epoch': 0.1}
                 20%|██        | 200/1000 [03:20<13:20,  1.00s/it]
                {'loss': 1.4, 'learning_rate': 4e-05, 'epoch': 0.2}
                {'train_runtime': 400.0, 'train_loss': 1.45, 'epoch': 0.2}
                """);
        assertArrayEquals(new long[] {100, 200}, read.steps());
        assertArrayEquals(new double[] {1.6}, read.series(Scalars.VALIDATION_LOSS));
        assertArrayEquals(new double[] {1.5, 1.4}, read.series(Scalars.LOSS));
    }

    @Test
    void lossesToBaseTwoBecomeNatsAndMeansOverAnEpochAreNoSteps() throws IOException {
        Read read = read(new Fairseq(), """
                2020-08-01 12:39:39 | INFO | train_inner | epoch 001:   3615 / 6547 loss=2, nll_loss=1, num_updates=3600, lr=9e-06, gnorm=3.952, loss_scale=1399
                NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: 64.0
                2020-08-01 12:40:39 | INFO | train_inner | epoch 001:   3715 / 6547 loss=1, nll_loss=0.5, num_updates=3700, lr=9e-06, gnorm=3.952
                2020-08-01 12:41:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 3 | nll_loss 2 | num_updates 3700
                2020-08-01 12:41:01 | INFO | train | epoch 001 | loss 9 | nll_loss 9 | num_updates 3700
                """);
        double ln2 = Math.log(2);
        assertArrayEquals(new double[] {2 * ln2, ln2}, read.series(Scalars.LOSS), 1e-12);
        assertArrayEquals(new double[] {3 * ln2}, read.series(Scalars.VALIDATION_LOSS), 1e-12);
        assertArrayEquals(new double[] {1399, 64}, read.series(Scalars.LOSS_SCALE));
        assertArrayEquals(new double[] {0, 1}, read.series(Scalars.SKIPPED));
        assertArrayEquals(new double[] {3.952, 3.952}, read.series(Scalars.GRADIENT_NORM));
    }

    @Test
    void anEstimateOverManyBatchesIsNotTheLossOfAStep() throws IOException {
        Read read = read(new NanoGpt(), """
                step 250: train loss 3.1000, val loss 3.2000
                iter 250: loss 3.5000, time 312.40ms, mfu 41.20%
                """);
        assertArrayEquals(new double[] {3.5}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {3.2}, read.series(Scalars.VALIDATION_LOSS));
        assertArrayEquals(new double[] {0.3124}, read.series(Scalars.STEP_SECONDS), 1e-12);
    }

    @Test
    void deepSpeedSkipsAndItsScale() throws IOException {
        Read read = read(new DeepSpeedConsole(), """
                [INFO] [Rank 0] step=10, skipped=1, lr=[0.0001, 0.0001], mom=[[0.9, 0.95]]
                [deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768
                [INFO] [Rank 0] step=20, skipped=2, lr=[0.0002], mom=[[0.9, 0.95]]
                """);
        assertArrayEquals(new double[] {1, 1}, read.series(Scalars.SKIPPED));
        assertArrayEquals(new double[] {32768}, read.series(Scalars.LOSS_SCALE));
        assertArrayEquals(new double[] {1e-4, 2e-4}, read.series(Scalars.LEARNING_RATE));
    }

    @Test
    void aSkippedUpdateOfLlmcIsOfTheStepThatFollows() throws IOException {
        Read read = read(new LlmcConsole(), """
                step 1/100 | loss 3.5 (+0.1z)| norm 1.0 (+0.1z)| lr 6.00e-04 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s
                skipping update due to loss z-score of 6.1
                step 2/100 | loss 9.5 (+6.1z)| norm 9.0 (+8.1z)| lr 6.00e-04 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s
                """);
        assertArrayEquals(new double[] {0, 1}, read.series(Scalars.SKIPPED));
        assertArrayEquals(new double[] {0.33412, 0.33412}, read.series(Scalars.STEP_SECONDS), 1e-12);
    }

    @Test
    void batchesCountedAnewInEveryEpochAreAddedUpAndARestartIsNot() throws IOException {
        Read epochs = read(new KeyValueText(), """
                ep: 0, batch: 20, loss: 4.0
                ep: 0, batch: 40, loss: 3.9
                ep: 1, batch: 20, loss: 3.8
                """);
        assertArrayEquals(new long[] {20, 40, 60}, epochs.steps());
        Read restart = read(new KeyValueText(), """
                batch: 20, loss: 4.0
                batch: 40, loss: 3.9
                batch: 20, loss: 4.1
                """);
        assertEquals(
                List.of(0, 0, 1),
                restart.frames().stream().map(f -> f.origin().incarnation()).toList());
    }

    @Test
    void anEmptyLossBesideARateIsNanAndOneWithoutIsMissing() throws IOException {
        Read lost = read(new Csv(), "step,loss,lr,val_loss\n1,3.5,0.1,\n2,,0.1,\n2,,,3.6\n3,3.4,0.1,\n");
        assertArrayEquals(new double[] {3.5, Double.NaN, 3.4}, lost.series(Scalars.LOSS));
        Read apart = read(new Csv(), "step,loss,lr\n1,,0.1\n2,3.5,\n3,,0.1\n");
        assertArrayEquals(new double[] {3.5}, apart.series(Scalars.LOSS), "this log never has both in one row");
    }

    @Test
    void goldenValuesAtTheEndThatAreAllNanWereNeverRun() throws IOException {
        String two = """
                {"lm loss": {"start_step": 1, "step_interval": 5, "values": {"1": 3.5, "5": "nan", "10": "nan"}},
                 "num-zeros": {"start_step": 1, "step_interval": 5, "values": {"1": 7, "5": 8, "10": "nan"}}}""";
        assertArrayEquals(
                new double[] {3.5, Double.NaN}, read(new MegatronGolden(), two).series(Scalars.LOSS));
        String one = """
                {"lm loss": {"start_step": 1, "step_interval": 5, "values": {"1": 3.5, "5": "nan"}}}""";
        assertEquals(2, read(new MegatronGolden(), one).series(Scalars.LOSS).length, "it may be the run that diverged");
    }

    @Test
    void largeValuesOfOlmoHaveALetterAndCountsHaveCommas() {
        assertEquals(1.2e9, OlmoConsole.number("1.2B").orElseThrow());
        assertEquals(3.5e12, OlmoConsole.number("3.5T").orElseThrow());
        assertEquals(Double.NEGATIVE_INFINITY, OlmoConsole.number("-inf").orElseThrow());
        assertEquals(7312, LogNumber.parse("7,312").orElseThrow());
    }

    @Test
    void aValidationNeverPassesForTheTraining() {
        for (String tag :
                List.of("val_loss", "validation/loss", "eval/loss", "eval_loss", "Loss/val", "test loss", "dev_loss")) {
            assertEquals(Scalars.VALIDATION_LOSS, Meaning.of(tag).orElseThrow().name(), tag);
        }
    }

    @Test
    void tagsAreKnownByTheirWords() {
        Map<String, List<String>> known = Map.of(
                Scalars.LOSS,
                List.of(
                        "train/loss",
                        "lm loss",
                        "lm-loss-training/lm loss",
                        "reduced_train_loss",
                        "train/CE loss",
                        "loss_metrics/global_avg_loss",
                        "Train/Samples/train_loss",
                        "17/04_run-1 - lm_loss",
                        "trainLoss"),
                Scalars.GRADIENT_NORM,
                List.of(
                        "grad_norm",
                        "grad-norm",
                        "train/grad_norm",
                        "gnorm",
                        "optim/total grad norm",
                        "l2_norm/grad/global",
                        "global_grad_norm",
                        "gradient norm"),
                Scalars.LEARNING_RATE,
                List.of("lr", "learning-rate", "train/learning_rate", "lr-DecoupledAdamW/group0", "optim/lr"),
                Scalars.LOSS_SCALE,
                List.of("loss-scale", "loss scale", "grad_scale", "train/loss_scale"));
        known.forEach((name, tags) -> tags.forEach(
                tag -> assertEquals(name, Meaning.of(tag).map(Meaning::name).orElse(""), tag)));
        for (String other : List.of(
                "lm loss vs samples",
                "loss_metrics/global_max_loss",
                "train/Z loss",
                "aux_loss",
                "grad_norm/layer.3",
                "lr_mul",
                "skipped_loss_spikes",
                "perplexity",
                "rewards/chosen")) {
            assertTrue(Meaning.of(other).isEmpty(), other);
        }
    }

    @Test
    void theNearestTagIsTheLossAndAForeignLossOnlyWhereThereIsNoOther() {
        SeriesNames names = new SeriesNames();
        names.learn(List.of("train/loss", "loss", "mlm_loss"));
        assertEquals(Scalars.LOSS, names.of("loss"));
        assertEquals("train/loss", names.of("train/loss"));
        SeriesNames alone = new SeriesNames();
        alone.learn(List.of("mlm_loss", "accuracy"));
        assertEquals(Scalars.LOSS, alone.of("mlm_loss"));
        SeriesNames late = new SeriesNames();
        late.learn(List.of("train/loss"));
        assertEquals(Scalars.LOSS, late.of("train/loss"));
        assertEquals("other/loss", late.of("loss"), "a name is not given twice");
    }

    @Test
    void columnsThatAreNamedAreTakenAtTheirWord() throws IOException {
        Path log = Files.writeString(folder.resolve("a.csv"), "n,foo,loss\n5,3.5,9\n6,3.4,9\n");
        LogSource source = new LogSource(log, Progress.NONE).mapped(Map.of("n", "step", "foo", "loss"));
        List<Frame> frames = new ArrayList<>();
        new Csv().read(source, item -> frames.add((Frame) item));
        assertEquals(List.of(5L, 6L), frames.stream().map(Frame::step).toList());
        assertEquals(3.5, frames.getFirst().scalars().find(Scalars.LOSS).orElseThrow());
    }

    /** Lines as other programs print them, none of which has a format of its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ep 1 (Step 000020): Train loss 3.5, Val loss 3.6",
                "iter 16 step 20 | loss train: 3.5, val: n/a | iter time: 300.12 ms (step) remaining time: 0:10:11",
                "I0101 12:00:00.123456 140 logging_writer.py:48] [20] global_norm=1.5, loss=3.5",
                "completed step: 20, seconds: 1.217, TFLOP/s/device: 300.1, Tokens/s/device: 1234.5, loss: 3.5",
                "Training epoch 0, iteration 19/99 | lr: 3e-4 | global_step: 20 | reduced_train_loss: 3.5 | consumed_samples: 80",
                "step 00020/21400 (0.47%) | loss: 3.500000 | lrm: 1.00 | dt: 1234.56ms | tok/sec: 424,000 | total time: 2.1m",
                "Step 20/ 10000; acc: 3.0; ppl: 33.1; xent: 3.5; lr: 0.001; 1000/1000 tok/s;     10 sec;",
                "Epoch 0:  10%|█         | 20/200 [00:10<01:30, 10.0it/s, v_num=0, train_loss=3.500]",
                "2024-05-01 10:00:00 - INFO - Step: 20 | Train Loss: 3.5000 | LR: 1.00e-04 | Tokens/s: 12,345",
                "Step 20 | loss:3.5 lr:1e-05 tokens_per_second_per_gpu:1234.5",
                "steps: 20 loss: 3.5000 iter time (s): 0.512 samples/sec: 125.1"
            })
    void linesOfProgramsWithoutAFormatAreReadToo(String line) throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), line + "\n" + line.replace("20", "30") + "\n");
        assertEquals("key-value-text", LogFormats.find(log, Optional.empty()).name());
        Read read = Read.of(log);
        assertEquals(20, read.steps()[0]);
        assertEquals(3.5, read.series(Scalars.LOSS)[0]);
    }

    @Test
    void dictionariesThatTellTheirStepAreBelieved() throws IOException {
        Read read = read(new PrintedDicts(), """
                {'loss': 3.5, 'grad_norm': 1.5, 'global_step/max_steps': '20/1000'}
                {'loss': 3.4, 'grad_norm': 1.4, 'step': 30}
                """);
        assertArrayEquals(new long[] {20, 30}, read.steps());
    }

    @Test
    void datesTimesAndTotalsAreNoValues() {
        List<String> pairs = new ArrayList<>();
        Pairs.scan(
                "[2024-01-31 10:00:01] step 12/100: loss=3.25 (+0.1z), dt: 310.5ms, v1.2.3 8x7b lr 1e-4, left 1:30:00",
                (name, value, unit) -> pairs.add(name + "=" + value + unit));
        assertEquals(List.of("step=12.0", "loss=3.25", "dt=310.5ms", "lr=1.0E-4"), pairs);
    }

    @Test
    void sourceCodeBeforeALogIsNoLog() throws IOException {
        Read read = read(new ModdedNanoGpt(), """
                step = 0; loss = 0.0
                print(f"step:{step}/{n} train_loss:{loss}")
                step:1/10 train_loss:3.5 train_time:100ms step_avg:nanms
                step:2/10 train_loss:3.4 train_time:300ms step_avg:100.00ms
                step:2/10 val_loss:3.6 train_time:300ms step_avg:100.00ms
                final val_loss:3.5 eval_time:5ms
                """);
        assertArrayEquals(new double[] {3.5, 3.4}, read.series(Scalars.LOSS));
        assertArrayEquals(new double[] {0.2}, read.series(Scalars.STEP_SECONDS), 1e-12);
        assertArrayEquals(new double[] {Double.NaN, 100}, Arrays.copyOf(read.series("step_avg"), 2));
        assertArrayEquals(NONE, read.series(Scalars.GRADIENT_NORM));
    }

    private Read read(LogFormat format, String log) throws IOException {
        return Read.of(format, folder, log.getBytes(UTF_8));
    }
}
