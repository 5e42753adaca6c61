package observatory.analysis.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.stream.wire.Codec;

/**
 * A short log of one format, as its framework writes it: three steps with losses 3.5, NaN and 2.5, where the format can
 * say NaN. Every format has one; what is tested with all of them goes over this list.
 *
 * @param steps the steps with a loss
 */
record Sample(String format, byte[] log, long[] steps, double[] losses) {
    static final long[] STEPS = {10, 20, 30};
    static final double[] LOSSES = {3.5, Double.NaN, 2.5};

    private static Sample text(String format, String log) {
        return new Sample(format, log.getBytes(UTF_8), STEPS, LOSSES);
    }

    static List<Sample> all() {
        return List.of(
                new Sample(
                        "tensorboard",
                        new EventFile()
                                .scalar(10, "train/loss", 3.5f)
                                .scalar(20, "train/loss", Float.NaN)
                                .scalar(30, "train/loss", 2.5f)
                                .bytes(),
                        STEPS,
                        LOSSES),
                new Sample("wandb", wandb(), STEPS, LOSSES),
                new Sample("trackio-sqlite", trackio(), STEPS, LOSSES),
                text("hf-trainer-state", """
                        {
                          "epoch": 1.0,
                          "global_step": 30,
                          "log_history": [
                            {"epoch": 0.3, "grad_norm": 1.5, "learning_rate": 5e-05, "loss": 3.5, "step": 10},
                            {"epoch": 0.6, "grad_norm": NaN, "learning_rate": 4e-05, "loss": NaN, "step": 20},
                            {"epoch": 0.9, "grad_norm": 1.1, "learning_rate": 3e-05, "loss": 2.5, "step": 30},
                            {"epoch": 0.9, "eval_loss": 2.6, "step": 30},
                            {"epoch": 1.0, "step": 30, "total_flos": 1e12, "train_loss": 99.0, "train_runtime": 5.1}
                          ],
                          "max_steps": 30
                        }
                        """),
                text("megatron-golden-json", """
                        {"lm loss": {"start_step": 10, "end_step": 40, "step_interval": 10,
                            "values": {"10": 3.5, "20": "nan", "30": 2.5, "40": "nan"}},
                         "num-zeros": {"start_step": 10, "end_step": 40, "step_interval": 10,
                            "values": [7.0, 8.0, 9.0, "nan"]}}
                        """),
                new Sample("observatory-jsonl", recording(), STEPS, LOSSES),
                new Sample("lingua-probe-jsonl", LinguaProbeTest.LOG.getBytes(UTF_8), new long[0], new double[0]),
                text("lingua-jsonl", """
                        {"global_step": 10, "acc_step": 0, "speed/wps": 1e5, "optim/grad_norm": 1.5, "optim/lr": 1e-4, "loss/out": 3.5, "created_at": "2025-01-01T10:00:00"}
                        {"global_step": 20, "acc_step": 0, "speed/wps": 1e5, "optim/grad_norm": NaN, "optim/lr": 1e-4, "loss/out": NaN, "created_at": "2025-01-01T10:00:10"}
                        {"global_step": 30, "acc_step": 0, "speed/wps": 1e5, "optim/grad_norm": 1.1, "optim/lr": 1e-4, "loss/out": 2.5, "created_at": "2025-01-01T10:00:20"}
                        """),
                text("llamafactory-jsonl", """
                        {"current_steps": 10, "total_steps": 30, "loss": 3.5, "eval_loss": null, "lr": 1e-4, "epoch": 0.3, "elapsed_time": "0:01:03"}
                        {"current_steps": 20, "total_steps": 30, "loss": NaN, "eval_loss": null, "lr": 1e-4, "epoch": 0.6, "elapsed_time": "0:02:03"}
                        {"current_steps": 30, "total_steps": 30, "loss": 2.5, "eval_loss": null, "lr": 1e-4, "epoch": 0.9, "elapsed_time": "0:03:03"}
                        """),
                text("jsonl", """
                        {"train": {"iter": 10, "loss": 3.5, "gnorm": 1.5}, "note": "first"}
                        {"train": {"iter": 20, "loss": "NaN", "gnorm": "Infinity"}}
                        {"train": {"iter": 30, "loss": 2.5, "gnorm": 1.1}}
                        """),
                text("json", """
                        {"config": {"seed": 17},
                         "train": [{"step": 10, "loss": 3.5}, {"step": 20, "loss": NaN}, {"step": 30, "loss": 2.5}],
                         "valid": [{"step": 20, "loss": 3.1}]}
                        """),
                text("gpt-neox", """
                        samples/sec: 112.345 | iteration       10/  143000 | elapsed time per iteration (ms): 9113.2 | learning rate: 2.300E-04 | approx flops per GPU: 118.4TFLOPS | lm_loss: 3.500000E+00 | loss scale: 65536.0 | number of skipped iterations:   0 | number of nan iterations:   0 |
                        samples/sec: 112.345 | iteration       20/  143000 | elapsed time per iteration (ms): 9113.2 | learning rate: 2.300E-04 | approx flops per GPU: 118.4TFLOPS | lm_loss: nan | loss scale: 65536.0 | number of skipped iterations:   0 | number of nan iterations:   1 |
                        samples/sec: 112.345 | iteration       30/  143000 | elapsed time per iteration (ms): 9113.2 | learning rate: 2.300E-04 | approx flops per GPU: 118.4TFLOPS | lm_loss: 2.500000E+00 | loss scale: 65536.0 | number of skipped iterations:   0 | number of nan iterations:   0 |
                        """),
                text("megatron", """
                        training ...
                         iteration       10/    8000 | consumed samples: 640 | elapsed time per iteration (ms): 7624.3 | learning rate: 6.676E-06 | lm loss: 3.500000E+00 | loss scale: 1.0 | grad norm: 0.741 | number of skipped iterations:   0 | number of nan iterations:   0 |
                         iteration       20/    8000 | consumed samples: 1280 | elapsed time per iteration (ms): 7624.3 | learning rate: 6.676E-06 | loss scale: 1.0 | grad norm: nan | number of skipped iterations:   0 | number of nan iterations:   0 |
                         iteration       30/    8000 | consumed samples: 1920 | elapsed time per iteration (ms): 7624.3 | learning rate: 6.676E-06 | lm loss: 2.500000E+00 | loss scale: 1.0 | grad norm: 0.741 | number of skipped iterations:   0 | number of nan iterations:   0 |
                        """),
                new Sample(
                        "fairseq",
                        ("2021-11-10 02:44:41 | INFO | train_inner | {\"epoch\": 1, \"loss\": \"4\", \"gnorm\": \"1.5\","
                                        + " \"lr\": \"1e-4\", \"num_updates\": \"10\"}\n"
                                        + "NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: 0.5\n"
                                        + "2021-11-10 02:45:41 | INFO | train_inner | {\"epoch\": 1, \"loss\": \"nan\","
                                        + " \"gnorm\": \"nan\", \"lr\": \"1e-4\", \"num_updates\": \"20\"}\n"
                                        + "2021-11-10 02:46:41 | INFO | train_inner | {\"epoch\": 1, \"loss\": \"2\","
                                        + " \"gnorm\": \"1.1\", \"lr\": \"1e-4\", \"num_updates\": \"30\"}\n")
                                .getBytes(UTF_8),
                        STEPS,
                        new double[] {4 * Math.log(2), Double.NaN, 2 * Math.log(2)}),
                text("olmo-console", """
                        2025-01-01 10:00:00 host:0 INFO [step=10/1,000,epoch=1,eta=2h5m]
                            optim/total grad norm=1.50
                            train/CE loss=3.5
                            train/PPL=33.1
                        [step=20/1,000,epoch=1,eta=2h4m]
                            train/CE loss=nan
                        [step=30/1,000,epoch=1,eta=2h3m]
                            throughput/total tokens=1.2B
                            train/CE loss=2.5
                        """),
                text(
                        "torchtitan",
                        "[rank0]:[titan] 2025-01-01 10:00:00,000 - root - INFO - \u001B[31mstep: 10 "
                                + " \u001B[32mloss:  3.50000  \u001B[38;2;180;60;0mgrad_norm:  1.2345  \u001B[33mmemory: 35.12GiB(44.33%) "
                                + " \u001B[34mtps: 7,312  \u001B[36mtflops: 312.44  \u001B[35mmfu: 31.60%\u001B[39m\n"
                                + "step: 20  loss:      nan  grad_norm:      nan  memory: 35.12GiB(44.33%)  tps: 7,312  mfu: 31.60%\n"
                                + "step: 30  loss:  2.50000  grad_norm:  1.1000  memory: 35.12GiB(44.33%)  tps: 7,312  mfu: 31.60%\n"),
                text("modded-nanogpt", """
                        import torch
                        step = 0
                        print(f"step:{step}/{args.num_iterations} val_loss:{val_loss:.4f}")
                        ====================================================================================================
                        step:0/6200 val_loss:10.8258 train_time:0ms step_avg:nanms
                        step:10/6200 train_loss:3.5000 train_time:1000ms step_avg:nanms
                        step:20/6200 train_loss:nan train_time:3000ms step_avg:200.00ms
                        step:30/6200 train_loss:2.5000 train_time:5000ms step_avg:200.00ms
                        """),
                text("llm.c-log", """
                        s:0 tel:11.0092
                        s:10 trl:3.5000 lr:0.000001 norm:15.37
                        s:20 trl:nan lr:0.000002 norm:nan
                        s:30 trl:2.5000 lr:0.000003 norm:14.84
                        s:30 eval:0.2943
                        """),
                text("llm.c-console", """
                        | max_sequence_length T | 1024 |
                        val loss 11.009102
                        step   10/18865 | loss 3.500000 (+nanz)| norm 15.3672 (+nanz)| lr 8.57e-07 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s
                        skipping update due to loss z-score of 7.0
                        step   20/18865 | loss nan (+nanz)| norm nan (+nanz)| lr 8.57e-07 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s
                        step   30/18865 | loss 2.500000 (-0.31z)| norm 0.4132 (+1.05z)| lr 6.00e-04 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s
                        """),
                text("nanogpt", """
                        number of parameters: 124.34M
                        step 0: train loss 10.9886, val loss 10.9891
                        iter 10: loss 3.5000, time 1234.56ms, mfu -100.00%
                        iter 20: loss nan, time 312.40ms, mfu 41.20%
                        iter 30: loss 2.5000, time 312.40ms, mfu 41.20%
                        """),
                text(
                        "build-nanogpt-log",
                        "0 val 10.9\n10 train 3.500000\n20 train nan\n20 hella 0.2943\n30 train 2.500000\n"),
                text("build-nanogpt-console", """
                        total desired batch size: 524288
                        validation loss: 10.9511
                        step    10 | loss: 3.500000 | lr 8.3916e-07 | norm: 15.3901 | dt: 2873.41ms | tok/sec: 182461.02
                        step    20 | loss: nan | lr 1.6783e-06 | norm: nan | dt: 384.12ms | tok/sec: 1364912.23
                        step    30 | loss: 2.500000 | lr 2.5175e-06 | norm: 14.8432 | dt: 384.12ms | tok/sec: 1364912.23
                        """),
                text("composer-file", """
                        [FIT][step=0]: { "seed": 17, }
                        [BATCH][step=10]: { "loss/train/total": 3.5, "lr-DecoupledAdamW/group0": 1e-4, "l2_norm/grad/global": 1.5, }
                        [BATCH][step=20]: { "loss/train/total": NaN, "l2_norm/grad/global": NaN, }
                        [BATCH][step=30]: { "loss/train/total": 2.5, "l2_norm/grad/global": 1.1, }
                        """),
                text("composer-console", """
                        [epoch=1][batch=10/2000]:
                        \t Train time/batch: 9
                        \t Train loss/train/total: 3.5000
                        \t Train l2_norm/grad/global: 1.5000
                        [epoch=1][batch=20/2000]:
                        \t Train loss/train/total: nan
                        \t Train l2_norm/grad/global: nan
                        [epoch=1][batch=30/2000]:
                        \t Train loss/train/total: 2.5000
                        \t Train l2_norm/grad/global: 1.1000
                        """),
                text("hf-printed-dicts", """
                          0%|          | 0/1000 [00:00<?, ?it/s]
                          1%|          | 10/1000 [00:05<08:15,  2.00it/s]{'loss': 3.5, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': 0.02}
                          2%|          | 20/1000 [00:10<08:10,  2.00it/s]
                        {'loss': nan, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': 0.04}
                          3%|          | 30/1000 [00:15<08:05,  2.00it/s]
                        {'loss': '2.5', 'grad_norm': '1.1', 'learning_rate': '5e-05', 'epoch': '0.06'}
                        """),
                text("deepspeed-console", """
                        [2023-01-01 10:00:00,000] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[0.0001], mom=[[0.9, 0.95]]
                        step: 10, loss: 3.5
                        [deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768
                        [2023-01-01 10:00:09,000] [INFO] [logging.py:96:log_dist] [Rank 0] step=20, skipped=1, lr=[0.0001], mom=[[0.9, 0.95]]
                        step: 20, loss: nan
                        [2023-01-01 10:00:18,000] [INFO] [logging.py:96:log_dist] [Rank 0] step=30, skipped=1, lr=[0.0001], mom=[[0.9, 0.95]]
                        step: 30, loss: 2.5
                        """),
                text("deepspeed-csv", "step,train_loss\n10,3.5\n20,nan\n30,2.5\n"),
                text("wandb-csv", """
                        "Step","my - run - train/loss","my - run - train/loss__MIN","my - run - train/loss__MAX"
                        "10","3.5","3.5","3.5"
                        "20","NaN","NaN","NaN"
                        "30","2.5","2.5","2.5"
                        """),
                text("csv", """
                        global_step,grad_norm,loss,lr,train/loss,validation/loss
                        1,,,,9.0,9.1
                        10,6.4,3.5,0.01,,
                        20,,,0.01,,
                        30,6.4,2.5,0.01,,
                        """),
                text("step-loss-pairs", "10 3.5\n20 nan\n30 2.5\n"),
                text("key-value-text", """
                        loading data from /data, 8 workers
                        2024-01-31 10:00:01 | INFO | Epoch 0, batch 10/938, train loss = 3.5 (avg 3.6), 12:30 left
                        2024-01-31 10:00:02 | INFO | Epoch 0, batch 20/938, train loss = nan (avg nan), 12:30 left
                        2024-01-31 10:00:03 | INFO | Epoch 0, batch 30/938, train loss = 2.5 (avg 3.4), 12:30 left
                        """));
    }

    private static byte[] recording() {
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < STEPS.length; i++) {
            Origin origin = new Origin(new RunId("a"), 0, new UUID(1, 2), 0);
            Scalars scalars = new Scalars(List.of(Scalars.LOSS), new double[] {LOSSES[i]});
            Frame frame = new Frame(origin, i, STEPS[i], Instant.EPOCH, scalars, Sites.none(), Optional.empty());
            log.append(new String(Codec.json(frame), UTF_8)).append('\n');
        }
        return log.toString().getBytes(UTF_8);
    }

    private static byte[] wandb() {
        WandbBytes file = new WandbBytes();
        for (int i = 0; i < STEPS.length; i++) {
            file.history(STEPS[i], "train/loss", Double.toString(LOSSES[i]));
        }
        return file.bytes();
    }

    private static byte[] trackio() {
        try {
            Path file = Files.createTempFile("trackio", ".db");
            try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = database.createStatement()) {
                statement.execute("create table metrics (id integer primary key, timestamp text, run_name text,"
                        + " step integer, metrics text)");
                insert(database, "older", 5, "{\"loss\": 9.0}");
                insert(database, "newer", 10, "{\"train/loss\": 3.5, \"lr\": 1e-4}");
                insert(database, "newer", 20, "{\"train/loss\": \"NaN\", \"lr\": 1e-4}");
                insert(database, "newer", 30, "{\"train/loss\": 2.5, \"lr\": 1e-4}");
            }
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return bytes;
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void insert(Connection database, String run, long step, String metrics) throws SQLException {
        try (PreparedStatement row = database.prepareStatement(
                "insert into metrics (timestamp, run_name, step, metrics) values ('2025-01-01T10:00:00', ?, ?, ?)")) {
            row.setString(1, run);
            row.setLong(2, step);
            row.setString(3, metrics);
            row.execute();
        }
    }

    /** For names in test reports. */
    @Override
    public String toString() {
        return format;
    }
}
