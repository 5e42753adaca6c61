package observatory.cli.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import observatory.analysis.Incident;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.probe.CommandSource;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Reducer;
import observatory.probe.builtin.Probes;
import observatory.trainer.Backend;
import observatory.trainer.DataException;
import observatory.trainer.DeviceLost;
import observatory.trainer.DeviceUnusable;
import observatory.trainer.Model;
import observatory.trainer.Trainer;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Exchange;
import observatory.trainer.cpu.PeakRate;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import observatory.trainer.cuda.CudaModel;
import observatory.trainer.cuda.CudaReducer;
import observatory.trainer.cuda.CudaTensor;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Rank;
import observatory.trainer.run.TrainingRun;

/** A training run on a thread of its own, which can be asked to stop after the step it is in. */
final class Training {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final RunPlan plan;
    private final List<Seat> seats = new ArrayList<>();
    private final List<Workers> workers = new ArrayList<>();
    private final Exchange exchange;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Trainer.Result latest;
    private boolean timed = true;
    private volatile boolean stop;
    private volatile boolean told;
    private volatile Throwable error;

    /** @param origin of the first rank; the others differ in their number */
    Training(RunPlan plan, Origin origin, FrameSink sink) {
        this.plan = plan;
        int ranks = plan.training().batching().ranks();
        this.exchange = new Exchange(ranks);
        for (int rank = 0; rank < ranks; rank++) {
            Origin own = new Origin(origin.run(), origin.incarnation(), origin.writer(), rank);
            seats.add(plan.backend().backend() == Backend.CUDA ? onCuda(own, sink) : onCpu(own, sink));
        }
    }

    /** Who watches a model that is opened later, on the thread it belongs to. */
    private record Seat(Instruments<?> instruments, Supplier<Model> model) {}

    private Seat onCuda(Origin origin, FrameSink sink) {
        CudaReducer reducer = new CudaReducer();
        Instruments<CudaTensor> watching = watching(origin, reducer, sink);
        return new Seat(watching, () -> new CudaModel(plan.model(), plan.training(), plan.fault(), watching, reducer));
    }

    private Seat onCpu(Origin origin, FrameSink sink) {
        Instruments<Tensor> watching = watching(origin, new CpuReducer(), sink);
        return new Seat(watching, () -> {
            workers.add(new Workers(threadsEach()));
            return new CpuModel(
                    plan.model(),
                    plan.training(),
                    plan.fault(),
                    watching,
                    workers.getLast(),
                    new CpuModel.Ranked(origin.rank(), exchange),
                    System::nanoTime);
        });
    }

    private int threadsEach() {
        return Math.max(1, plan.threads() / plan.training().batching().ranks());
    }

    private <T> Instruments<T> watching(Origin origin, Reducer<T> reducer, FrameSink sink) {
        Instruments<T> watching = new Instruments<>(origin, reducer, sink, InstantSource.system(), System::nanoTime);
        boolean alone = plan.training().batching().ranks() == 1;
        watching.setUp(
                Probes.setup(sink, plan.pack()).with(alone ? Probes.of(plan.pack()) : Probes.ofRank(plan.pack())));
        return watching;
    }

    /** Obeys commands from now on; any thread. They come to the first rank, and the run obeys as a whole. */
    void obey(CommandSource commands) {
        Instruments<?> first = seats.getFirst().instruments();
        first.setUp(first.setup().with(commands, Probes.CATALOGUE));
    }

    /** Looks as often as the probes say, whatever that costs, and not at speed: what is seen depends on no clock. */
    void lookAtAnyCost() {
        timed = false;
        seats.forEach(
                seat -> seat.instruments().setUp(seat.instruments().setup().withBudget(Double.POSITIVE_INFINITY)));
    }

    void start() {
        Thread thread = new Thread(this::run, "trainer");
        thread.setDaemon(true);
        thread.start();
    }

    /** The last finished step, or null before the first. */
    Trainer.Result latest() {
        return latest;
    }

    long steps() {
        return latest == null ? 0 : latest.step();
    }

    void stop() {
        stop = true;
    }

    /** Whether watchers heard that it begins, and so hear of its end. */
    boolean told() {
        return told;
    }

    CountDownLatch over() {
        return over;
    }

    /** Throws what ended the run before its time, where something did. */
    void check() {
        if (error instanceof CheckpointException damaged) {
            throw new Failure(ExitCode.CORRUPT_INPUT, damaged.getMessage(), damaged);
        }
        if (error instanceof DeviceUnusable unusable) {
            throw latest == null
                    ? new Failure(ExitCode.CONFIGURATION, "cannot train on CUDA: " + unusable.getMessage(), unusable)
                    : new Failure(
                            ExitCode.INTERNAL,
                            Incident.step(steps() + 1) + " could not be taken: " + unusable.getMessage() + "; "
                                    + remedy(),
                            unusable);
        }
        if (error instanceof DeviceLost lost) {
            throw new Failure(
                    ExitCode.INTERNAL,
                    "the device was lost in " + Incident.step(steps() + 1) + ": " + lost.getMessage() + "; " + remedy(),
                    lost);
        }
        if (error instanceof DataException data) {
            throw new Failure(
                    ExitCode.CORRUPT_INPUT,
                    "training ended in " + Incident.step(steps() + 1) + ": " + data.getMessage(),
                    data);
        }
        if (error instanceof OutOfMemoryError full) {
            throw new Failure(
                    ExitCode.INTERNAL,
                    "there was no memory for " + Incident.step(steps() + 1) + ": " + full.getMessage()
                            + "; train a smaller model or --micro-batch",
                    full);
        }
        if (error != null) {
            throw new IllegalStateException("training failed at " + Incident.step(steps() + 1), error);
        }
    }

    /** Where to go on from, after the weights were lost. */
    private String remedy() {
        try {
            SortedMap<Long, Path> all = plan.checkpoints().isEmpty()
                    ? Collections.emptySortedMap()
                    : plan.checkpoints().get().ring().all();
            return all.isEmpty()
                    ? "there is no checkpoint to go on from; --checkpoint-every N writes them"
                    : "go on with --resume " + all.get(all.lastKey());
        } catch (IOException e) {
            return "its checkpoints cannot be listed: " + e.getMessage();
        }
    }

    private void run() {
        try (TrainingRun run = open()) {
            if (plan.resume().isPresent()) {
                run.resume(plan.resume().get());
            }
            if (plan.checkpoints().isPresent()) {
                plan.card().writeWhereNew(plan.checkpoints().get().ring().folder());
            }
            run.begin(plan.manifest());
            told = true;
            follow(run);
        } catch (IOException e) {
            error = new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            error = e;
        } finally {
            workers.forEach(Workers::close);
            over.countDown();
        }
    }

    /** To the end; where a step fails, watchers hear why nothing more comes. */
    private void follow(TrainingRun run) {
        try {
            boolean going = true;
            while (going && !stop) {
                var result = run.step();
                going = result.isPresent();
                result.ifPresent(step -> latest = step);
            }
            run.end();
        } catch (DeviceLost e) {
            throw e; // Told by the run itself.
        } catch (RuntimeException | Error e) {
            run.fail("failed: " + e.getMessage());
            throw e;
        }
    }

    private TrainingRun open() {
        List<Rank> all = new ArrayList<>();
        for (Seat seat : seats) {
            Model model = seat.model().get();
            Pathology.Copy copy = new Pathology.Copy(all.size(), seats.size());
            Trainer trainer = new Trainer(plan.recipe(), model, seat.instruments(), copy, System::nanoTime);
            // The peak of a GPU is not measured here, so no utilisation is told of one.
            if (timed && seat.instruments().watched() && !workers.isEmpty()) {
                Workers own = workers.getLast();
                trainer.peak(() -> PeakRate.measure(own, threadsEach(), System::nanoTime));
            }
            all.add(new Rank(trainer, model, seat.instruments()));
        }
        return new TrainingRun(
                plan.recipe(),
                all,
                exchange::abandon,
                plan.checkpoints().orElse(null),
                seats.getFirst().instruments()::takeCommands,
                () -> {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    return !stop;
                });
    }
}
