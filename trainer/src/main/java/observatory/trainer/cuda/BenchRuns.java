package observatory.trainer.cuda;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
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
    /** What is the same in every step of every benchmark. */
    record Constants(double rate, double clip, Adam adam) {}

    static final Constants CONSTANTS = new Constants(1e-3, 1.0, Adam.STANDARD);
    private static final long SEED = 1;

    private BenchRuns() {}

    /** A watched model: each step is a frame, which nobody keeps. */
    static final class OnCuda implements AutoCloseable {
        private final Instruments<CudaTensor> instruments;
        private final CudaModel model;
        private final ModelSpec spec;
        private final TrainingSpec training;
        private final FrameSink sink;
        private long step;
        private volatile long told;

        OnCuda(ModelSpec spec, TrainingSpec training, Pack pack, LongSupplier nanos) {
            this(spec, training, pack, CudaModel.Products.FASTEST, nanos);
        }

        OnCuda(ModelSpec spec, TrainingSpec training, Pack pack, CudaModel.Products products, LongSupplier nanos) {
            CudaReducer reducer = new CudaReducer();
            this.sink = pack == Pack.OFF ? FrameSink.NOBODY : this::tell;
            this.spec = spec;
            this.training = training;
            this.instruments = new Instruments<>(origin(), reducer, sink, InstantSource.fixed(Instant.EPOCH), nanos);
            this.model = new CudaModel(spec, training, Fault.NONE, instruments, reducer, products);
            watch(pack);
        }

        private boolean tell(Telemetry item) {
            told += item instanceof Frame ? 1 : 0;
            return true;
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

        /** So many steps, and how long they took. */
        double seconds(int count, LongSupplier nanos) {
            long began = nanos.getAsLong();
            for (int i = 0; i < count; i++) {
                step();
            }
            return (nanos.getAsLong() - began) / 1e9;
        }

        /** Waits until all frames are told. */
        void settle() {
            instruments.await();
        }

        /** Watched steps of which no frame was told, because there was no room. */
        long lost() {
            settle();
            return sink == FrameSink.NOBODY ? 0 : step - told;
        }

        CudaModel model() {
            return model;
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** Losses of so many steps on the CPU. */
    static double[] losses(ModelSpec spec, TrainingSpec training, int steps) {
        return onCpu(spec, training, (model, instruments) -> {
            double[] losses = new double[steps];
            for (int i = 0; i < steps; i++) {
                instruments.beginStep(i + 1);
                losses[i] = mean(model.step(List.of(batch(spec, training.batch(), i + 1)), settings(training, i + 1))
                        .losses());
                instruments.endStep();
            }
            return losses;
        });
    }

    /** What comes of a model on the CPU as it begins. */
    static <R> R onCpu(ModelSpec spec, TrainingSpec training, BiFunction<CpuModel, Instruments<Tensor>, R> use) {
        Instruments<Tensor> instruments = new Instruments<>(
                origin(), new CpuReducer(), FrameSink.NOBODY, InstantSource.fixed(Instant.EPOCH), () -> 0);
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors());
                CpuModel model = new CpuModel(spec, training, Fault.NONE, instruments, workers)) {
            return use.apply(model, instruments);
        }
    }

    static TrainingSpec training(int steps, int batch, Precision precision) {
        return new TrainingSpec(steps, batch, CONSTANTS.rate(), 1, 1.0, precision, SEED);
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
        return new StepSettings(
                step, step, CONSTANTS.rate(), CONSTANTS.clip(), scale, CONSTANTS.adam(), training.precision());
    }

    private static Origin origin() {
        return new Origin(new RunId("bench"), 0, new UUID(0, 1), 0);
    }
}
