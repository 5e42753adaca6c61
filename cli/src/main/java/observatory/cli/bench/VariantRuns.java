package observatory.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import observatory.analysis.log.Progress;
import observatory.analysis.variants.Outcome;
import observatory.analysis.variants.Study.Place;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.train.PlainRun;
import observatory.cli.train.RunOptions;
import observatory.probe.Telemetry;

/**
 * Trains runs, several at a time: each has the same bits with any number of threads, and small models fill no machine
 * alone.
 */
final class VariantRuns {
    private final VariantsFile file;
    private final BooleanSupplier interrupted;
    private final Progress progress;
    private final Map<Place, Outcome> done = new ConcurrentHashMap<>();
    private final AtomicBoolean failed = new AtomicBoolean();
    private int trained;

    VariantRuns(VariantsFile file, BooleanSupplier interrupted, Progress progress) {
        this.file = file;
        this.interrupted = interrupted;
        this.progress = progress;
    }

    /** A run, where it stands in the study, and whether it trains on a GPU. */
    record Job(Place place, RunOptions options, boolean onDevice) {}

    /** What all of them came to, or those that were done when it was interrupted. */
    Map<Place, Outcome> all(List<Job> jobs, int atOnce, int threadsEach) throws InterruptedException {
        List<Future<?>> started = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(atOnce)) {
            jobs.forEach(job -> started.add(pool.submit(() -> {
                run(job, threadsEach, jobs.size());
                return null;
            })));
        }
        for (Future<?> one : started) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Failure failure ? failure : new IllegalStateException(e);
            }
        }
        return done;
    }

    private void run(Job job, int threads, int planned) throws InterruptedException {
        if (stopped()) {
            return;
        }
        try {
            Optional<Outcome> outcome = file.find(job.options, job.onDevice);
            if (outcome.isEmpty()) {
                PlainRun run = job.options.with("threads", "" + threads).plan();
                Optional<List<Telemetry>> told = run.train(this::stopped);
                if (told.isEmpty()) {
                    return;
                }
                outcome = told.map(all -> Outcome.of(all, run.steps()));
                file.write(job.options, job.onDevice, outcome.get());
            }
            done.put(job.place, outcome.get());
            tell(planned);
        } catch (RuntimeException | Error e) {
            failed.set(true);
            throw new Failure(
                    ExitCode.INTERNAL,
                    "%s at %s, seed %d: %s"
                            .formatted(job.place.variant(), job.place.rate(), job.place.seed(), e.getMessage()),
                    e);
        }
    }

    private synchronized void tell(int planned) {
        progress.at(++trained, planned);
    }

    private boolean stopped() {
        return failed.get() || interrupted.getAsBoolean();
    }
}
