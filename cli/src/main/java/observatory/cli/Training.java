package observatory.cli;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import observatory.probe.CommandSource;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.builtin.Probes;
import observatory.trainer.Trainer;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;

/** A training run on a thread of its own, which can be asked to stop after the step it is in. */
final class Training {
    private final DemoPlan plan;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Instruments<Tensor> instruments;
    private volatile Trainer.Result latest;
    private volatile boolean stop;
    private volatile Throwable error;

    Training(DemoPlan plan, Origin origin, FrameSink sink) {
        this.plan = plan;
        this.instruments = new Instruments<>(origin, new CpuReducer(), sink, InstantSource.system(), System::nanoTime);
        instruments.setUp(Probes.setup(sink, plan.pack()));
    }

    /** Obeys commands about probes from now on; any thread. */
    void obey(CommandSource commands) {
        instruments.setUp(instruments.setup().with(commands, Probes.CATALOGUE));
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

    /** What ended the run before its time, or null. */
    Throwable error() {
        return error;
    }

    private void run() {
        try (Workers workers = new Workers(plan.threads());
                CpuModel model = new CpuModel(plan.model(), plan.training(), plan.fault(), instruments, workers)) {
            Trainer trainer = new Trainer(plan.recipe(), model, instruments, System::nanoTime);
            trainer.begin(plan.manifest());
            while (!stop && !trainer.done()) {
                latest = trainer.step();
            }
            trainer.end(trainer.done() ? "finished" : "stopped");
        } catch (RuntimeException | Error e) {
            error = e;
        } finally {
            over.countDown();
        }
    }
}
