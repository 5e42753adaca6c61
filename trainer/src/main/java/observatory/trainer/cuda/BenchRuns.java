package observatory.trainer.cuda;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.RunId;
import observatory.probe.builtin.Probes;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.Model;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;

/** What benchmarks train: models on both backends, fed with tokens drawn for their place, so that both see the same. */
final class BenchRuns {
    private static final double RATE = 1e-3;
    private static final long SEED = 1;

    private BenchRuns() {}

    /** A watched model: each step is a frame, which nobody keeps. */
    static final class OnCuda implements AutoCloseable {
        private final Instruments<CudaTensor> instruments;
        private final CudaModel model;
        private final ModelSpec spec;
        private final TrainingSpec training;
        private long step;

        OnCuda(ModelSpec spec, TrainingSpec training, Pack pack, LongSupplier nanos) {
            this(spec, training, pack, CudaModel.Products.FASTEST, nanos);
        }

        OnCuda(ModelSpec spec, TrainingSpec training, Pack pack, CudaModel.Products products, LongSupplier nanos) {
            CudaReducer reducer = new CudaReducer();
            FrameSink sink = pack == Pack.OFF ? FrameSink.NOBODY : item -> true;
            this.spec = spec;
            this.training = training;
            this.instruments = new Instruments<>(origin(), reducer, sink, InstantSource.fixed(Instant.EPOCH), nanos);
            this.model = new CudaModel(spec, training, Fault.NONE, instruments, reducer, products);
            watch(pack);
        }

        void watch(Pack pack) {
            watch(Probes.of(pack));
        }

        void watch(List<? extends Question> questions) {
            instruments.install(questions);
        }

        Model.Outcome step() {
            instruments.beginStep(++step);
            Model.Outcome outcome = model.step(List.of(batch(spec, training.batch(), step)), settings(training, step));
            instruments.endStep();
            return outcome;
        }

        /** Waits until all frames are told. */
        void settle() {
            instruments.await();
        }

        CudaModel model() {
            return model;
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** Losses of so many steps on the CPU, and the model's fingerprint behind them. */
    static double[] losses(ModelSpec spec, TrainingSpec training, int steps) {
        Instruments<Tensor> instruments = new Instruments<>(
                origin(), new CpuReducer(), FrameSink.NOBODY, InstantSource.fixed(Instant.EPOCH), () -> 0);
        double[] losses = new double[steps];
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors());
                CpuModel model = new CpuModel(spec, training, Fault.NONE, instruments, workers)) {
            for (int i = 0; i < steps; i++) {
                instruments.beginStep(i + 1);
                losses[i] = mean(model.step(List.of(batch(spec, training.batch(), i + 1)), settings(training, i + 1))
                        .losses());
                instruments.endStep();
            }
        }
        return losses;
    }

    static TrainingSpec training(int steps, int batch, Precision precision) {
        return new TrainingSpec(steps, batch, RATE, 1, 1.0, precision, SEED);
    }

    static double mean(double[] losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum / losses.length;
    }

    /** Tokens of which each is the one before plus a small step, so that there is something to learn. */
    static TokenBatch batch(ModelSpec spec, int sequences, long step) {
        int context = spec.context();
        int[] inputs = new int[sequences * context];
        int[] targets = new int[inputs.length];
        for (int row = 0; row < sequences; row++) {
            int token = (int) (SplitMix.uniform(step, row) * spec.vocabulary());
            for (int t = 0; t < context; t++) {
                int at = row * context + t;
                inputs[at] = token;
                token = (token + 1 + (int) (4 * SplitMix.uniform(step + 7919, at))) % spec.vocabulary();
                targets[at] = token;
            }
        }
        return new TokenBatch(
                Collections.nCopies(sequences, new TokenBatch.Place("drawn", step)), context, inputs, targets);
    }

    private static StepSettings settings(TrainingSpec training, long step) {
        double scale = training.precision().scaled() ? 1024 : 1;
        return new StepSettings(step, step, RATE, 1.0, scale, Adam.STANDARD, training.precision());
    }

    private static Origin origin() {
        return new Origin(new RunId("bench"), 0, new UUID(0, 1), 0);
    }
}
