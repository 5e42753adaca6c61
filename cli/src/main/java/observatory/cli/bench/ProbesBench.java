package observatory.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import observatory.probe.FrameSink;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Moments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.Probe;
import observatory.probe.Question;
import observatory.probe.Reducer;
import observatory.probe.Reduction;
import observatory.probe.RunId;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Setup;
import observatory.probe.Site;
import observatory.probe.builtin.Probes;
import observatory.trainer.CorpusFiles;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Measures what observing costs, on one model that trains on. Blocks of ten steps, the period of the continuous pack, are
 * taken by turns with and without probes; a block's time over that of the block before it is one pair, the order within
 * pairs alternates, and the median over pairs is the answer, with the interval of its order statistics. The governor is
 * off, so that a pack costs what it costs, unless it is asked for. Frames are built and dropped: their way to disk is another thread's.
 */
final class ProbesBench implements AutoCloseable {
    private static final int BLOCK = 10;
    /** A round of warming up is the last where the compiler took less of it than this, or there were this many. */
    private static final double COMPILING = 0.01;

    private static final int ROUNDS = 8;
    /** The governor looks every 16 steps, and changes one cadence a look. */
    private static final int SETTLING = 320;

    private static final int GOVERNED_BLOCK = 40;
    private static final int CALLS = 200_000;
    private static final double NO_BUDGET = Double.POSITIVE_INFINITY;

    private final Instruments<Tensor> instruments = instruments(new CpuReducer());
    private final Workers workers;
    private final CpuModel model;
    private final Trainer trainer;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** What hooks cost when nobody watches. */
    record Off(double nanosPerHook, int hooksPerStep, double stepShare, long bytesPerStep) {}

    /**
     * Median ratio of step times and its interval, the same of processor times, which other programs disturb less, and what
     * a step allocates on the training thread.
     */
    record Cost(
            double ratio,
            double low,
            double high,
            double cpuRatio,
            double hookP99Micros,
            long bytesPerStep,
            double stepMillis) {}

    /** Wall and processor time of a block of steps, in seconds, and bytes allocated on the training thread. */
    private record Block(double seconds, double cpuSeconds, long bytes) {}

    private record Pair(Block with, Block without) {
        double wallRatio() {
            return with.seconds / without.seconds;
        }

        double cpuRatio() {
            return with.cpuSeconds / without.cpuSeconds;
        }
    }

    ProbesBench(ModelSpec spec, int batch, int threads) {
        this.workers = new Workers(threads);
        TrainingSpec training = new TrainingSpec(Integer.MAX_VALUE, batch, 1e-4, 10, 1, Precision.FP32, 1);
        this.model = new CpuModel(spec, training, Fault.NONE, instruments, workers);
        this.trainer = new Trainer(
                new Recipe(spec, training, CorpusFiles.bundled(), Fault.NONE), model, instruments, System::nanoTime);
        warmUp();
    }

    /**
     * Blocks of each pack until all that they run is compiled. With large models that takes longer than a fixed number of
     * steps, and the compiler's threads, which take their time from the trainer's, would be counted as the packs' cost.
     */
    private void warmUp() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            long compiling = compiler.getTotalCompilationTime();
            double seconds = 0;
            for (Pack pack : List.of(Pack.FORENSIC, Pack.PROFILE, Pack.CONTINUOUS, Pack.OFF)) {
                watch(Probes.of(pack));
                seconds += block(BLOCK).seconds;
            }
            if ((compiler.getTotalCompilationTime() - compiling) / 1e3 < COMPILING * seconds) {
                return;
            }
        }
    }

    Off off() {
        watch(List.of());
        block(BLOCK);
        Block unwatched = block(2 * BLOCK);
        int hooks = hooksPerStep();
        double nanos = nanosPerUnwatchedHook();
        double step = unwatched.seconds / (2 * BLOCK);
        return new Off(nanos, hooks, nanos * hooks / 1e9 / step, instrumentBytes());
    }

    Cost pack(Pack pack, int pairs) {
        List<Question> questions = Probes.of(pack);
        return cost(pairs(questions, BLOCK, pairs), BLOCK, hookP99Micros(questions));
    }

    /**
     * The same once the governor has settled at the pack's budget. The pairs differ in who listens and in nothing else, so
     * cadences stay as they are; blocks are longer, because a slowed probe is not due in every ten steps.
     */
    Cost governed(Pack pack, int pairs) {
        Setup on = setup(Probes.of(pack)).withBudget(pack.budget());
        instruments.setUp(on);
        block(SETTLING);
        return cost(
                pairs(on, on.with(FrameSink.NOBODY), GOVERNED_BLOCK, pairs),
                GOVERNED_BLOCK,
                hookP99Micros(Probes.of(pack)));
    }

    private static Cost cost(List<Pair> measured, int steps, double hookP99Micros) {
        int pairs = measured.size();
        double[] ratios = sorted(measured, Pair::wallRatio);
        // Between two order statistics the median lies in 95 of 100 measurements (normal approximation).
        int half = (int) Math.ceil(1.96 * Math.sqrt(pairs) / 2);
        int low = Math.max(0, (pairs - 1) / 2 - half);
        int high = Math.min(pairs - 1, pairs / 2 + half);
        return new Cost(
                median(ratios),
                ratios[low],
                ratios[high],
                median(sorted(measured, Pair::cpuRatio)),
                hookP99Micros,
                (long) Math.max(0, median(sorted(measured, pair -> pair.with.bytes - pair.without.bytes)) / steps),
                1e3 * median(sorted(measured, pair -> pair.without.seconds)) / steps);
    }

    /** A probe's ratio of processor times at its usual cadence, from its cost when it is due in every step. */
    double probe(Probes.Entry entry, int pairs) {
        List<Pair> measured = pairs(List.of(entry.at(Schedule.everyStep())), 3, pairs);
        return 1
                + (median(sorted(measured, Pair::cpuRatio)) - 1) / entry.usual().every();
    }

    @Override
    public void close() {
        model.close();
        workers.close();
    }

    /** Blocks by turns with and without. */
    private List<Pair> pairs(List<Question> questions, int steps, int pairs) {
        return pairs(setup(questions), Setup.NONE, steps, pairs);
    }

    private List<Pair> pairs(Setup with, Setup without, int steps, int pairs) {
        List<Pair> measured = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            boolean watchedFirst = pair % 2 == 0;
            instruments.setUp(watchedFirst ? with : without);
            Block first = block(steps);
            instruments.setUp(watchedFirst ? without : with);
            Block second = block(steps);
            measured.add(watchedFirst ? new Pair(first, second) : new Pair(second, first));
        }
        return measured;
    }

    private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).sorted().toArray();
    }

    private void watch(List<Question> questions) {
        instruments.setUp(setup(questions));
    }

    private static Setup setup(List<Question> questions) {
        return questions.isEmpty()
                ? Setup.NONE
                : Setup.NONE.with((FrameSink) item -> true).with(questions).withBudget(NO_BUDGET);
    }

    private Block block(int steps) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long cpu = process.getProcessCpuTime();
        long began = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            trainer.step();
        }
        return new Block(
                (System.nanoTime() - began) / 1e9,
                (process.getProcessCpuTime() - cpu) / 1e9,
                threads.getCurrentThreadAllocatedBytes() - bytes);
    }

    private int hooksPerStep() {
        int[] calls = new int[1];
        watch(List.of(new Counting(calls)));
        block(1);
        return calls[0];
    }

    private static double nanosPerUnwatchedHook() {
        Instruments<Tensor> off = instruments(new Instant());
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            off.beginStep(round);
            long began = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                off.at(Hook.RESIDUAL, i & 7, null);
            }
            best = Math.min(best, (double) (System.nanoTime() - began) / CALLS);
            off.endStep();
        }
        return best;
    }

    /** Bytes that an unwatched step of instruments allocates, beside whatever the trainer itself does. */
    private long instrumentBytes() {
        Instruments<Tensor> off = instruments(new Instant());
        long bytes = 0;
        for (int round = 0; round < 3; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int step = 0; step < 10_000; step++) {
                off.beginStep(step);
                off.at(Hook.RESIDUAL, step & 7, null);
                off.endStep();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes / 10_000;
    }

    /** The 99th percentile of a watched hook's own time: with reductions that take none. */
    private static double hookP99Micros(List<Question> questions) {
        Instruments<Tensor> watched = instruments(new Instant());
        watched.setUp(setup(questions));
        long[] nanos = new long[20_000];
        for (int i = 0; i < 2 * nanos.length; i++) {
            if (i % 100 == 0) {
                watched.beginStep(0);
            }
            long began = System.nanoTime();
            watched.at(Hook.RESIDUAL, i & 7, null);
            nanos[i % nanos.length] = System.nanoTime() - began;
        }
        Arrays.sort(nanos);
        return nanos[nanos.length * 99 / 100] / 1e3;
    }

    private static double median(double[] values) {
        return StatUtils.percentile(values, 50);
    }

    private static Instruments<Tensor> instruments(Reducer<Tensor> reducer) {
        return new Instruments<>(
                new Origin(new RunId("bench"), 0, UUID.randomUUID(), 0),
                reducer,
                FrameSink.NOBODY,
                InstantSource.system(),
                System::nanoTime);
    }

    /** Looks at everything, and counts how often. */
    private record Counting(int[] calls) implements Probe<Moments> {
        @Override
        public EnumSet<Hook> hooks() {
            return EnumSet.allOf(Hook.class);
        }

        @Override
        public Schedule schedule() {
            return Schedule.everyStep();
        }

        @Override
        public Reduction<Moments> reduction() {
            return new Reduction.ToMoments();
        }

        @Override
        public void read(Site site, Moments moments, SampleSink out) {
            calls[0]++;
        }
    }

    /** A reducer that takes no time. */
    private static final class Instant implements Reducer<Tensor> {
        @Override
        public void enqueue(int slot, Reduction<?> reduction, Tensor tensor, Tensor other) {
            // The reductions' own time is not asked for.
        }

        @Override
        public void flush() {
            // Nothing is pending.
        }

        @Override
        public Object result(int slot) {
            throw new IllegalStateException("nobody reads this step");
        }
    }
}
