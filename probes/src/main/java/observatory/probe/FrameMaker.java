package observatory.probe;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Makes the frames of a run: hands what was measured in a step to the probes, numbers what is told, and offers it to
 * the sink. All methods but {@link #sink()} belong to whoever tells: see {@link Teller}.
 */
final class FrameMaker<T> {
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Readings<T> readings;
    private final FrameSamples samples = new FrameSamples();
    private final Columns ofSequences = new Columns();
    private final RunSketch seen = new RunSketch(RunSketch.DEFAULT_BITS);

    private Origin origin;
    private volatile FrameSink sink;
    private final List<Watcher> disabled = new ArrayList<>();
    private Governor governor = new Governor();
    private Bill bill = new Bill();
    private long step;
    private long seq;
    private long dropped;
    private long lastFrameNanos;

    FrameMaker(Origin origin, Reducer<T> reducer, FrameSink sink, InstantSource clock, LongSupplier nanos) {
        this.origin = origin;
        this.sink = sink;
        this.clock = clock;
        this.nanos = nanos;
        this.readings = new Readings<>(reducer, nanos, this::failed);
    }

    Readings<T> readings() {
        return readings;
    }

    /** To whom it is told now; from any thread. */
    FrameSink sink() {
        return sink;
    }

    /** So many steps are not told, for want of room: they are missing in the numbering, and counted. */
    void lost(long steps) {
        seq += steps;
        dropped += steps;
    }

    /** Speaks to another sink from now on. */
    void speakTo(FrameSink next) {
        sink = next;
        if (next == FrameSink.NOBODY) {
            readings.forget();
        }
    }

    /** Numbers from the start, as another incarnation. */
    void beginAgain(Origin next) {
        origin = next;
        seq = 0;
    }

    /** Other probes, another budget: what the old ones cost says nothing of these. */
    void governAnew() {
        governor = new Governor();
        bill = new Bill();
    }

    /** Reads what a step measured and tells its frame. */
    void tell(Ended ended, Consumer<Teller.Hooks<T>> tensors) {
        long reading = nanos.getAsLong();
        step = ended.step();
        lost(ended.lost());
        Plan plan = ended.plan();
        Shown shown = new Shown(plan);
        readings.read(step, samples, () -> tensors.accept(shown));
        long observerNanos = ended.observerNanos() + shown.spentNanos;
        Optional<Batch> batch = batch(plan, ended.facts());
        Sites measured = samples.take();
        Scalars.Builder scalars = new Scalars.Builder().putAll(ended.facts().scalars());
        for (Watcher watcher : plan.ofStep()) {
            ask(watcher, () -> ((StepProbe) watcher.question).read(ended.facts(), measured, scalars::put));
        }
        scalars.put(Scalars.OBSERVER_SECONDS, (observerNanos + lastFrameNanos) / 1e9)
                .put(Scalars.OBSERVER_BUDGET, ended.budget())
                .put(Scalars.FRAMES_DROPPED, dropped);
        bill.tell(ended.watchers(), scalars::put);
        disabled.forEach(watcher -> event(
                step,
                clock.instant(),
                RunEvent.Kind.PROBE_DISABLED,
                Map.of("probe", watcher.question.name(), "error", watcher.lastError())));
        disabled.clear();
        offer(new Frame(origin, seq++, step, ended.at(), scalars.build(), measured, batch));
        govern(ended, observerNanos, reading);
    }

    /** Tells of something that happened after a step. */
    void event(long after, Instant at, RunEvent.Kind kind, Map<String, String> details) {
        if (sink != FrameSink.NOBODY) {
            offer(RunEvent.of(origin, seq++, after, at, kind, details));
        }
    }

    private Optional<Batch> batch(Plan plan, StepFacts noted) {
        if (plan.ofBatch().isEmpty()
                || noted.tokens().sequences() == 0
                || noted.batch().isEmpty()) {
            return noted.batch();
        }
        for (Watcher watcher : plan.ofBatch()) {
            ask(
                    watcher,
                    () -> ((BatchProbe) watcher.question)
                            .read(
                                    noted.tokens(),
                                    seen,
                                    (sequence, metric, value) -> ofSequences.add(metric, sequence, value)));
        }
        List<Column> columns = ofSequences.take();
        return noted.batch().map(batch -> batch.with(columns));
    }

    private void ask(Watcher watcher, Runnable question) {
        long asked = nanos.getAsLong();
        try {
            question.run();
        } catch (Throwable e) {
            failed(watcher, e);
        }
        watcher.spent(nanos.getAsLong() - asked);
    }

    /** What it cost to read and hand over this frame is told by the next one. */
    private void govern(Ended ended, long observerNanos, long reading) {
        lastFrameNanos = nanos.getAsLong() - reading;
        long observing = observerNanos + lastFrameNanos;
        governor.after(ended.nanos() + lastFrameNanos, observing, ended.watchers(), ended.budget())
                .ifPresent(
                        change -> event(step, clock.instant(), RunEvent.Kind.CADENCE, change.details(ended.budget())));
        bill.add(observing);
    }

    /** Told with the frame of the step, in the middle of which this may be. */
    void failed(Watcher watcher, Throwable error) {
        if (watcher.failed(error)) {
            disabled.add(watcher);
        }
    }

    private void offer(Telemetry item) {
        if (!sink.offer(item)) {
            dropped++;
        }
    }

    /** The hooks of a step that is over. */
    private final class Shown implements Teller.Hooks<T> {
        private final Plan plan;
        private long spentNanos;

        Shown(Plan plan) {
            this.plan = plan;
        }

        @Override
        public void at(Site site, T tensor, T other) {
            if (plan.wants(site.hook())) {
                readings.start(site, plan.at(site.hook()), tensor, other);
            }
        }

        @Override
        public void spent(Hook hook, Reduction<?> reduction, long took) {
            spentNanos += took;
            plan.spent(hook, reduction, took);
        }
    }
}
