package observatory.cli.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.trainer.Backend;
import observatory.trainer.MemoryNeed;

/** A run that nobody watches while it goes: no broker, no data directory, no checkpoints; all it tells is kept. */
public final class PlainRun {
    private static final long POLL_MILLIS = 100;

    private final RunPlan plan;

    PlainRun(RunPlan plan) {
        this.plan = plan;
    }

    /** What is trained, for people: model, number format and size. */
    public String label() {
        return String.format(
                Locale.ROOT,
                "%s, %s, %,d parameters",
                plan.model().label(),
                plan.training().precision().label(),
                plan.model().parameters());
    }

    /** Whether it is the same run as another. */
    public boolean same(PlainRun other) {
        return plan.model().equals(other.plan.model())
                && plan.training().equals(other.plan.training())
                && plan.fault().equals(other.plan.fault())
                && plan.corpus().equals(other.plan.corpus())
                && plan.data().equals(other.plan.data());
    }

    public int steps() {
        return plan.training().steps();
    }

    /** Sequences of a step and tokens of each, as {@code 8 x 64}. */
    public String batch() {
        return plan.training().batch() + " x " + plan.model().context();
    }

    public boolean onDevice() {
        return plan.backend().backend() == Backend.CUDA;
    }

    /** Why it trains where it does; empty where there is nothing to say. */
    public String notice() {
        return plan.backend().notice();
    }

    /** Of this machine's memory, where it trains on the CPU. */
    public double bytes() {
        return MemoryNeed.bytes(plan.model(), plan.training());
    }

    /** Trains to the end, and returns all that was told; empty where it was stopped before. */
    public Optional<List<Telemetry>> train(BooleanSupplier stop) throws InterruptedException {
        List<Telemetry> told = Collections.synchronizedList(new ArrayList<>());
        Training training =
                new Training(plan, new Origin(new RunId("plain"), 0, UUID.randomUUID(), 0), item -> told.add(item));
        training.lookAtAnyCost();
        training.start();
        boolean stopped = false;
        while (!training.over().await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (stop.getAsBoolean()) {
                training.stop();
                stopped = true;
            }
        }
        training.check();
        return stopped ? Optional.empty() : Optional.of(List.copyOf(told));
    }
}
