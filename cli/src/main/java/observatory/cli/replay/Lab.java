package observatory.cli.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import observatory.analysis.replay.Symptom;
import observatory.trainer.TokenBatch;
import observatory.trainer.replay.Cancelled;
import observatory.trainer.replay.Course;
import observatory.trainer.replay.Stand;
import observatory.trainer.replay.Trial;

/**
 * Where trials are run: as many at once as memory and threads allow, none twice, none after the time is up. A trial
 * that was begun when the time is up is finished; when somebody says stop, it is stopped at its next step.
 */
final class Lab implements AutoCloseable {
    /** Tells how far the experiment is. */
    interface Progress {
        /**
         * @param done trials
         * @param planned trials so far known of
         * @param doing what
         */
        void update(int done, int planned, String doing);
    }

    /**
     * @param seconds after which no new trial is begun
     * @param bytes all trials at once may take
     */
    record Limits(double seconds, long bytes, int threads) {}

    /** A trial to be measured; {@code held} are sequences whose loss is asked for at its end. */
    record Job(String key, Trial trial, Symptom symptom, Optional<TokenBatch> held) {}

    private final Stand stand;
    private final Stand alone;
    private final Notebook notebook;
    private final BooleanSupplier stop;
    private final Progress progress;
    private final LongSupplier nanos;
    private final long began;
    private final double seconds;
    private final ExecutorService lanes;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger planned = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    /** Measured before, in this attempt or an earlier one. */
    private final AtomicInteger again = new AtomicInteger();

    private final Set<String> counted = ConcurrentHashMap.newKeySet();

    Lab(Stand stand, Limits limits, Notebook notebook, BooleanSupplier stop, Progress progress, LongSupplier nanos) {
        this.stand = new Stand(stand.recipe(), 1, nanos);
        this.alone = new Stand(stand.recipe(), limits.threads(), nanos);
        this.notebook = notebook;
        this.stop = stop;
        this.progress = progress;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
        this.seconds = limits.seconds();
        int fit = (int) Math.max(1, Math.min(limits.threads(), limits.bytes() / Math.max(1, stand.bytes())));
        this.lanes = Executors.newFixedThreadPool(fit, work -> {
            Thread thread = new Thread(work, "replay");
            thread.setDaemon(true);
            return thread;
        });
    }

    Stand stand() {
        return alone;
    }

    double elapsed() {
        return (nanos.getAsLong() - began) / 1e9;
    }

    /** Whether the time is used up. */
    boolean late() {
        return elapsed() > seconds;
    }

    int trials() {
        return done.get();
    }

    int resumed() {
        return taken.get();
    }

    /** Runs one trial with all threads, whose frames and end are wanted whole. */
    Course run(String what, Trial trial) {
        planned.incrementAndGet();
        progress.update(done.get() + again.get(), planned.get(), what);
        Course course = alone.run(
                trial, new Stand.Watch(stop, step -> progress.update(done.get() + again.get(), planned.get(), what)));
        done.incrementAndGet();
        progress.update(done.get() + again.get(), planned.get(), what);
        return course;
    }

    /** Runs whole trials side by side, in their order; fewer where the time is up, but one at least. */
    List<Course> runAll(String what, List<Trial> trials) {
        List<Callable<Optional<Course>>> work = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            boolean first = i == 0;
            work.add(() -> !first && late() ? Optional.empty() : Optional.of(told(what, trial)));
        }
        planned.addAndGet(trials.size());
        return together(work).stream().flatMap(Optional::stream).toList();
    }

    /** By key, those that were done; where the time is up the others are missing. */
    Map<String, Measured> measure(String what, List<Job> jobs) {
        List<Callable<Optional<Measured>>> work = new ArrayList<>();
        planned.addAndGet(jobs.size());
        progress.update(done.get() + again.get(), planned.get(), what);
        for (Job job : jobs) {
            work.add(() -> measured(what, job));
        }
        List<Optional<Measured>> results = together(work);
        Map<String, Measured> found = new LinkedHashMap<>();
        for (int i = 0; i < jobs.size(); i++) {
            String key = jobs.get(i).key();
            results.get(i).ifPresent(one -> found.put(key, one));
        }
        return found;
    }

    private Optional<Measured> measured(String what, Job job) {
        Optional<Measured> known = notebook.find(job.key());
        if (known.isPresent()) {
            again.incrementAndGet();
            if (notebook.earlier(job.key()) && counted.add(job.key())) {
                taken.incrementAndGet();
            }
            return known;
        }
        if (late()) {
            return Optional.empty();
        }
        Course course = told(what, job.trial());
        double held = job.held()
                .map(batch -> stand.evaluate(course.end().getFirst(), batch))
                .orElse(Double.NaN);
        Measured measured = Measured.of(course, job.symptom(), held);
        notebook.write(job.key(), measured);
        return Optional.of(measured);
    }

    private Course told(String what, Trial trial) {
        Course course = stand.run(trial, new Stand.Watch(stop, step -> {}));
        done.incrementAndGet();
        progress.update(done.get() + again.get(), planned.get(), what);
        return course;
    }

    private <T> List<T> together(List<Callable<T>> work) {
        List<Future<T>> running = work.stream().map(lanes::submit).toList();
        List<T> results = new ArrayList<>();
        RuntimeException failed = null;
        for (Future<T> one : running) {
            try {
                results.add(one.get());
            } catch (ExecutionException e) {
                failed = failed == null || failed instanceof Cancelled ? asUnchecked(e.getCause()) : failed;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled("interrupted");
            }
        }
        if (failed != null) {
            throw failed;
        }
        return results;
    }

    private static RuntimeException asUnchecked(Throwable cause) {
        return cause instanceof RuntimeException own
                ? own
                : new IllegalStateException("a trial failed: " + cause, cause);
    }

    @Override
    public void close() {
        lanes.shutdownNow();
    }
}
