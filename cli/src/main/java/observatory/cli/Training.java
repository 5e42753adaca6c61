package observatory.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.CommandSource;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.builtin.Probes;
import observatory.trainer.Trainer;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Exchange;
import observatory.trainer.cpu.PeakRate;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Rank;
import observatory.trainer.run.TrainingRun;

/** A training run on a thread of its own, which can be asked to stop after the step it is in. */
final class Training {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final RunPlan plan;
    private final List<Instruments<Tensor>> instruments = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Trainer.Result latest;
    private volatile boolean stop;
    private volatile Throwable error;

    /** @param origin of the first rank; the others differ in their number */
    Training(RunPlan plan, Origin origin, FrameSink sink) {
        this.plan = plan;
        for (int rank = 0; rank < plan.training().batching().ranks(); rank++) {
            Origin own = new Origin(origin.run(), origin.incarnation(), origin.writer(), rank);
            Instruments<Tensor> watching =
                    new Instruments<>(own, new CpuReducer(), sink, InstantSource.system(), System::nanoTime);
            watching.setUp(Probes.setup(sink, plan.pack()));
            instruments.add(watching);
        }
    }

    /** Obeys commands from now on; any thread. They come to the first rank, and the run obeys as a whole. */
    void obey(CommandSource commands) {
        Instruments<Tensor> first = instruments.getFirst();
        first.setUp(first.setup().with(commands, Probes.CATALOGUE));
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

    CountDownLatch over() {
        return over;
    }

    /** Throws what ended the run before its time, where something did. */
    void check() {
        if (error instanceof CheckpointException damaged) {
            throw new Failure(ExitCode.CORRUPT_INPUT, damaged.getMessage(), damaged);
        }
        if (error != null) {
            throw new IllegalStateException("training failed at step " + (steps() + 1), error);
        }
    }

    private void run() {
        List<Workers> workers = new ArrayList<>();
        try (TrainingRun run = open(workers)) {
            if (plan.resume().isPresent()) {
                run.resume(plan.resume().get());
            }
            run.begin(plan.manifest());
            boolean going = true;
            while (going && !stop) {
                var result = run.step();
                going = result.isPresent();
                result.ifPresent(step -> latest = step);
            }
            run.end(run.finished() ? "finished" : "stopped");
        } catch (IOException e) {
            error = new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            error = e;
        } finally {
            workers.forEach(Workers::close);
            over.countDown();
        }
    }

    private TrainingRun open(List<Workers> workers) {
        int ranks = plan.training().batching().ranks();
        int threads = Math.max(1, plan.threads() / ranks);
        Exchange exchange = new Exchange(ranks);
        List<Rank> all = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            workers.add(new Workers(threads));
            CpuModel model = new CpuModel(
                    plan.model(),
                    plan.training(),
                    plan.fault(),
                    instruments.get(rank),
                    workers.getLast(),
                    new CpuModel.Ranked(rank, exchange),
                    System::nanoTime);
            Pathology.Copy copy = new Pathology.Copy(rank, ranks);
            Trainer trainer = new Trainer(plan.recipe(), model, instruments.get(rank), copy, System::nanoTime);
            if (instruments.get(rank).watched()) {
                trainer.peak(PeakRate.measure(workers.getLast(), threads, System::nanoTime));
            }
            all.add(new Rank(trainer, model, instruments.get(rank)));
        }
        return new TrainingRun(
                plan.recipe(),
                all,
                exchange::abandon,
                plan.checkpoints().orElse(null),
                instruments.getFirst()::takeCommands,
                () -> {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    return !stop;
                });
    }
}
