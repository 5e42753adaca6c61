package observatory.trainer.cpu;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import observatory.kernel.blas.Blas;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.SplitMix;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import org.apache.commons.math3.stat.StatUtils;

/** How fast the CPU trainer is: whole steps beside their matrix products alone, taken in turns in the same run. */
public final class TrainerBench {
    /** Cores with AVX2 alone, which OpenBLAS takes a processor for that came out after it. */
    private static final Set<String> NARROW = Set.of("Haswell", "Zen");

    private final LongSupplier nanos;
    private final LongSupplier cpuNanos;

    /** @param cpuNanos processor time of the whole process */
    public TrainerBench(LongSupplier nanos, LongSupplier cpuNanos) {
        this.nanos = nanos;
        this.cpuNanos = cpuNanos;
    }

    /** Whether this processor computes with vectors of 512 bits, and OpenBLAS took kernels of one that has none. */
    public static boolean narrowProducts() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize() == 512 && NARROW.contains(Blas.core());
    }

    /**
     * What to train, and how many sequences at once.
     *
     * @param llmcTokensPerCpuSecond what llm.c's train_gpt2.c (f1e2ace) reached at this shape on a 2.8 GHz Ice Lake core
     */
    public record Shape(String name, ModelSpec model, int sequences, double llmcTokensPerCpuSecond) {
        /** GPT-2 with 124 million parameters, which ties its embeddings, on 4 sequences of 64 tokens. */
        public static final Shape GPT2 =
                new Shape("gpt2-124m", new ModelSpec(12, 12, 768, 64, 50_257, Norm.LAYERNORM).withTied(true), 4, 14);
        /** Six layers 384 wide over bytes, on 12 sequences of 64. */
        public static final Shape BYTES =
                new Shape("6x384-bytes", new ModelSpec(6, 6, 384, 64, 256, Norm.LAYERNORM), 12, 190);

        int tokens() {
            return sequences * model.context();
        }
    }

    /** Median time of a step or of its products alone, by the clock and of the processors. */
    public record Time(double seconds, double cpuSeconds) {}

    public record Speed(Shape shape, Time step, Time products) {
        public double tokensPerSecond() {
            return shape.tokens() / step.seconds;
        }

        public double tokensPerCpuSecond() {
            return shape.tokens() / step.cpuSeconds;
        }

        public double gflopsPerCpuSecond() {
            return shape.model().flops(shape.model().context()) * shape.tokens() / step.cpuSeconds / 1e9;
        }

        /** Part of a step that its matrix products alone take in OpenBLAS. */
        public double gemmTimeShare() {
            return products.seconds / step.seconds;
        }

        /** The same of processor time, which other work on the machine does not disturb. */
        public double gemmCpuShare() {
            return products.cpuSeconds / step.cpuSeconds;
        }
    }

    public Speed measure(Shape shape, int threads, int steps) {
        TrainingSpec training = new TrainingSpec(steps, shape.sequences(), 1e-4, 0, 1, Precision.FP32, 1);
        Instruments<Tensor> nobody = new Instruments<>(
                new Origin(new RunId("bench"), 0, new UUID(0, 0), 0),
                new CpuReducer(),
                FrameSink.NOBODY,
                InstantSource.system(),
                nanos);
        try (Workers workers = new Workers(threads);
                CpuModel model = new CpuModel(shape.model(), training, Fault.NONE, nobody, workers);
                Products products = new Products(shape.model(), model, workers, shape.sequences())) {
            Taken step = new Taken(steps);
            Taken alone = new Taken(steps);
            // As many again to begin with, unmeasured, while the code is compiled.
            for (int i = -steps; i < steps; i++) {
                List<TokenBatch> batch = List.of(batch(shape, i));
                StepSettings settings = settings(i + steps + 1);
                step.take(i, () -> model.step(batch, settings));
                alone.take(i, products::run);
            }
            return new Speed(shape, step.median(), alone.median());
        }
    }

    private static StepSettings settings(long step) {
        return new StepSettings(step, step, 1e-4, 1, 1, Adam.STANDARD, Precision.FP32);
    }

    private static TokenBatch batch(Shape shape, int number) {
        int[] inputs = new int[shape.tokens()];
        int[] targets = new int[shape.tokens()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (int) (SplitMix.uniform(number, i) * shape.model().vocabulary());
            targets[i] = (int) (SplitMix.uniform(number, i + 1L) * shape.model().vocabulary());
        }
        List<TokenBatch.Place> places =
                java.util.Collections.nCopies(shape.sequences(), new TokenBatch.Place("random", number));
        return new TokenBatch(places, shape.model().context(), inputs, targets);
    }

    /** The times of one kind of work. */
    private final class Taken {
        private final double[] seconds;
        private final double[] cpuSeconds;

        Taken(int count) {
            this.seconds = new double[count];
            this.cpuSeconds = new double[count];
        }

        void take(int at, Runnable work) {
            long began = nanos.getAsLong();
            long cpuBegan = cpuNanos.getAsLong();
            work.run();
            if (at >= 0) {
                cpuSeconds[at] = (cpuNanos.getAsLong() - cpuBegan) / 1e9;
                seconds[at] = (nanos.getAsLong() - began) / 1e9;
            }
        }

        Time median() {
            return new Time(StatUtils.percentile(seconds, 50), StatUtils.percentile(cpuSeconds, 50));
        }
    }
}
