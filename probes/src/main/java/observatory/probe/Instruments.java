package observatory.probe;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a trainer carries through its step. A hook that nobody watches costs a shift, a mask and a branch never taken.
 * All methods but {@link #install} and {@link #setUp} belong to the training thread; none of them but {@link #await}
 * throws or blocks, and none changes a tensor. Frames are made by a {@link Teller}, which may have a thread of its own.
 * A reduction or probe that throws loses its samples of that step, and after ten times its place.
 *
 * @param <T> the backend's own tensor; probes never see one, so they cannot change or keep it
 */
public final class Instruments<T> {
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Reducer<T> reducer;
    private final FrameMaker<T> maker;
    private final Readings<T> readings;
    private final Orders orders;

    private volatile Origin origin;
    private volatile Setup setup;
    private volatile Setup current;
    private List<Watcher> watchers = List.of();
    private final Map<Long, Plan> plans = new HashMap<>();
    private Plan plan = Plan.NOTHING;
    private Map<String, String> manifest = Map.of();
    private final Site[][] sites = new Site[Hook.values().length][];

    private StepFacts facts;
    private long step;
    private long began;
    private long observerNanos;
    private boolean observing;
    private long observingSince;
    private long chargedBefore;
    /** Steps since the last thing told for which the teller had no room. */
    private long lost;

    /** @param nanos a monotonic clock in nanoseconds, to measure what observing costs */
    public Instruments(Origin origin, Reducer<T> reducer, FrameSink sink, InstantSource clock, LongSupplier nanos) {
        this.origin = origin;
        this.clock = clock;
        this.nanos = nanos;
        this.reducer = reducer;
        this.maker = new FrameMaker<>(origin, reducer, sink, clock, nanos);
        this.readings = maker.readings();
        this.orders = new Orders(clock, answer -> event(RunEvent.Kind.COMMAND, answer));
        this.setup = Setup.NONE.with(sink);
        this.current = setup;
        LiveInstruments.add(this);
    }

    public Origin origin() {
        return origin;
    }

    /** Replaces the probes. From any thread; takes effect when the next step begins, never inside one. */
    public void install(List<? extends Question> questions) {
        setUp(setup.with(questions));
    }

    /** Replaces sink, probes and commands together. From any thread; takes effect between two steps. */
    public void setUp(Setup next) {
        setup = next;
    }

    /** What was set up last. */
    public Setup setup() {
        return setup;
    }

    /** Whether what was set up last is in force; from any thread. Until then the step before it goes on, or is told. */
    public boolean settled() {
        Setup now = current;
        return now == setup && now.sink() == maker.sink();
    }

    /**
     * Takes what operators sent since the last step: commands about probes are applied here, those about the run by the
     * trainer. For the time between two steps; a trainer that never calls it still obeys commands about probes.
     */
    public void takeCommands(TrainerControl control) {
        refresh();
        try {
            if (orders.take(control)) {
                changed();
            }
        } catch (Throwable e) {
            setup = setup.with(CommandSource.NONE, setup.catalogue());
            event(RunEvent.Kind.COMMAND, Map.of("outcome", "refused", "reason", "commands cannot be read: " + e));
        }
    }

    /** Picks one immutable plan for the whole step. */
    public void beginStep(long step) {
        takeCommands(TrainerControl.NONE);
        this.step = step;
        if (watchers.isEmpty() || !watched()) {
            plan = Plan.NOTHING;
            began = watched() ? nanos.getAsLong() : 0;
            return;
        }
        began = nanos.getAsLong();
        long due = 0;
        for (int i = 0; i < watchers.size(); i++) {
            due |= watchers.get(i).due(step) ? 1L << i : 0;
        }
        Plan cached = plans.get(due);
        if (cached == null) {
            cached = planFor(due);
            plans.put(due, cached);
        }
        plan = cached;
    }

    /** The step goes back: what follows belongs to the next incarnation, numbered from its start. Between two steps. */
    public void beginAgain() {
        Origin next = new Origin(origin.run(), origin.incarnation() + 1, origin.writer(), origin.rank());
        origin = next;
        next(() -> maker.beginAgain(next));
    }

    /** Whether a frame of this step will reach anybody; what only serves observers is computed behind this. */
    public boolean watched() {
        return current.sink() != FrameSink.NOBODY;
    }

    /** Whether anything is due at a hook; a tensor that only serves observers is made behind this. */
    public boolean wants(Hook hook) {
        return plan.wants(hook);
    }

    /** What is due at a hook in this step, for a backend that measures a tensor while it computes it. */
    public List<Reduction<?>> due(Hook hook) {
        return plan.reductions(hook);
    }

    /**
     * Makes and shows a tensor that only serves observers, where anybody looks at the hook. What is thrown there is a
     * failure of those who look, and its time is theirs.
     */
    public void making(Hook hook, Runnable work) {
        if (plan.wants(hook)) {
            // Not added in one expression: the work charges what it reduces to the same account.
            long took = readings.making(plan.at(hook), work);
            observerNanos += took;
        }
    }

    /** Whether a probe that is due asks for a scalar that is made for it alone. */
    public boolean wants(String scalar) {
        return !plan.asking(scalar).isEmpty();
    }

    /** The same as {@link #making(Hook, Runnable)} for a scalar that probes ask for. */
    public void making(String scalar, Runnable work) {
        List<Watcher> asking = plan.asking(scalar);
        if (asking.isEmpty()) {
            return;
        }
        long asked = nanos.getAsLong();
        try {
            work.run();
        } catch (Throwable e) {
            asking.forEach(watcher -> maker.failed(watcher, e));
        }
        long took = nanos.getAsLong() - asked;
        asking.forEach(watcher -> watcher.spent(took / asking.size()));
        observerNanos += took;
    }

    /**
     * Charges a reduction at a hook with what measuring a tensor while it was computed took, on the step's own time.
     */
    public void spent(Hook hook, Reduction<?> reduction, long nanosTaken) {
        if (plan.wants(hook)) {
            observerNanos += nanosTaken;
            plan.spent(hook, reduction, nanosTaken);
        }
    }

    /**
     * Does what serves observers alone, such as all that a framework calls a listener for: of its time, what is charged
     * to nobody in it is what observing took beside what probes asked for. It may end a step and begin the next, and
     * begin what was set up.
     */
    public void observing(Runnable work) {
        if (observing || (!watched() && setup.sink() == FrameSink.NOBODY)) {
            work.run();
            return;
        }
        observing = true;
        observeFrom(nanos.getAsLong());
        try {
            work.run();
        } finally {
            observing = false;
            observedUntil(nanos.getAsLong());
        }
    }

    private void observeFrom(long now) {
        observingSince = now;
        chargedBefore = observerNanos;
    }

    private void observedUntil(long now) {
        observerNanos = Math.max(observerNanos, chargedBefore + now - observingSince);
    }

    /** Starts what is due for an activation, where it lies. */
    public void at(Hook hook, int layer, T tensor) {
        if (plan.wants(hook)) {
            observerNanos += readings.start(site(hook, layer), plan.at(hook), tensor, null);
        }
    }

    /** Starts what is due for a tensor of a parameter, such as its gradient. */
    public void at(Site parameter, T tensor) {
        if (plan.wants(parameter.hook())) {
            observerNanos += readings.start(parameter, plan.at(parameter.hook()), tensor, null);
        }
    }

    /** Starts what is due for two tensors of a parameter, such as its update and its weight. */
    public void at(Site parameter, T tensor, T other) {
        if (plan.wants(parameter.hook())) {
            observerNanos += readings.start(parameter, plan.at(parameter.hook()), tensor, other);
        }
    }

    /** What is no tensor: loss, learning rate, loss scale, batch, times. Once a step. */
    public void note(StepFacts facts) {
        this.facts = facts;
    }

    /**
     * One flush, the probes read, one frame offered: now, or in its turn by a thread of the backend's ({@link Teller}).
     */
    public void endStep() {
        if (!watched()) {
            facts = null;
            observerNanos = 0;
            return;
        }
        long now = nanos.getAsLong();
        if (observing) {
            observedUntil(now);
        }
        Ended ended = new Ended(
                step,
                plan,
                facts == null ? StepFacts.none() : facts,
                clock.instant(),
                lost,
                now - began,
                observerNanos,
                watchers,
                orders.budget());
        facts = null;
        observerNanos = 0;
        lost = reducer.teller().step(tensors -> maker.tell(ended, tensors)) ? 0 : lost + 1;
        if (observing) {
            observeFrom(nanos.getAsLong()); // What the frame takes is told with the next one.
        }
    }

    /** The clock that the cost of observing is measured with, in nanoseconds. */
    public long nanos() {
        return nanos.getAsLong();
    }

    /** Tells of something that happened between two steps. */
    public void event(RunEvent.Kind kind, Map<String, String> details) {
        if (kind == RunEvent.Kind.START) {
            manifest = details;
        }
        if (watched()) {
            long after = step;
            Instant at = clock.instant();
            next(() -> maker.event(after, at, kind, details));
        }
    }

    /** Waits until all that was measured so far is told. */
    public void await() {
        reducer.teller().await();
    }

    /** Begins what was set up since: who listened hears the end, who listens now hears what the run is. */
    private void refresh() {
        Setup next = setup;
        if (next == current) {
            return;
        }
        if (next.sink() != current.sink()) {
            event(RunEvent.Kind.END, Map.of("reason", "detached", "steps", Long.toString(step)));
            next(() -> maker.speakTo(next.sink()));
            current = next;
            if (watched()) {
                Map<String, String> details = new HashMap<>(manifest);
                details.put("attached_at_step", Long.toString(step));
                event(RunEvent.Kind.START, details);
                manifest = details;
            }
        }
        current = next;
        orders.begin(next);
        next(maker::governAnew);
        changed();
    }

    private void changed() {
        List<Watcher> before = watchers;
        watchers = orders.questions().stream()
                .map(question -> before.stream()
                        .filter(watcher -> watcher.question.equals(question))
                        .findFirst()
                        .orElseGet(() -> new Watcher(question)))
                .toList();
        plans.clear();
    }

    /** Behind whatever was told before, and lost. */
    private void next(Runnable telling) {
        long before = lost;
        lost = 0;
        reducer.teller().next(() -> {
            maker.lost(before);
            telling.run();
        });
    }

    private Plan planFor(long due) {
        List<Watcher> watching = new ArrayList<>();
        for (int i = 0; i < watchers.size(); i++) {
            if ((due & 1L << i) != 0) {
                watching.add(watchers.get(i));
            }
        }
        return new Plan(watching);
    }

    private Site site(Hook hook, int layer) {
        Site[] known = sites[hook.ordinal()];
        int at = layer + 1;
        if (known == null || at >= known.length) {
            known = known == null ? new Site[at + 1] : Arrays.copyOf(known, at + 1);
            sites[hook.ordinal()] = known;
        }
        if (known[at] == null) {
            known[at] = Site.of(hook, layer);
        }
        return known[at];
    }
}
