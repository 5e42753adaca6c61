package observatory.probe;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a trainer carries through its step. A hook that nobody watches costs a shift, a mask and a branch never taken.
 * All methods but {@link #install} belong to the training thread; none of them throws, blocks, or changes a tensor.
 * A reduction or probe that throws loses its samples of that step, and after ten times its place.
 *
 * @param <T> the backend's own tensor; probes never see one, so they cannot change or keep it
 */
public final class Instruments<T> {
    private final Origin origin;
    private final Reducer<T> reducer;
    private final FrameSink sink;
    private final InstantSource clock;
    private final LongSupplier nanos;

    private volatile List<Watcher> installed = List.of();
    private List<Watcher> planned = List.of();
    private final Map<Long, Plan> plans = new HashMap<>();
    private Plan plan = Plan.NOTHING;

    private final Site[][] sites = new Site[Hook.values().length][];
    private Site[] pendingSite = new Site[64];
    private Plan.Due[] pendingDue = new Plan.Due[64];
    private int pending;
    private final FrameSamples samples = new FrameSamples();
    private StepFacts facts;

    private long step;
    private long seq;
    private long dropped;
    private long observerNanos;

    /** @param nanos a monotonic clock in nanoseconds, to measure what observing costs */
    public Instruments(Origin origin, Reducer<T> reducer, FrameSink sink, InstantSource clock, LongSupplier nanos) {
        this.origin = origin;
        this.reducer = reducer;
        this.sink = sink;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Replaces the probes. From any thread; takes effect when the next step begins, never inside one. */
    public void install(List<? extends Probe<?>> probes) {
        if (probes.size() > Long.SIZE) {
            throw new IllegalArgumentException("at most 64 probes at once: probes=" + probes.size());
        }
        installed = probes.stream().map(Watcher::new).toList();
    }

    /** Picks one immutable plan for the whole step. */
    public void beginStep(long step) {
        this.step = step;
        List<Watcher> now = installed;
        if (now != planned) {
            planned = now;
            plans.clear();
        }
        if (planned.isEmpty() || !watched()) {
            plan = Plan.NOTHING;
            return;
        }
        long due = 0;
        for (int i = 0; i < planned.size(); i++) {
            due |= planned.get(i).due(step) ? 1L << i : 0;
        }
        Plan cached = plans.get(due);
        if (cached == null) {
            cached = planFor(due);
            plans.put(due, cached);
        }
        plan = cached;
    }

    /** Whether a frame of this step will reach anybody; what only serves observers is computed behind this. */
    public boolean watched() {
        return sink != FrameSink.NOBODY;
    }

    /** Whether anything is due at a hook; a tensor that only serves observers is made behind this. */
    public boolean wants(Hook hook) {
        return plan.wants(hook);
    }

    /** Starts what is due for an activation, where it lies. */
    public void at(Hook hook, int layer, T tensor) {
        if (plan.wants(hook)) {
            look(site(hook, layer), tensor, null);
        }
    }

    /** Starts what is due for a tensor of a parameter, such as its gradient. */
    public void at(Site parameter, T tensor) {
        if (plan.wants(parameter.hook())) {
            look(parameter, tensor, null);
        }
    }

    /** Starts what is due for two tensors of a parameter, such as its update and its weight. */
    public void at(Site parameter, T tensor, T other) {
        if (plan.wants(parameter.hook())) {
            look(parameter, tensor, other);
        }
    }

    /** What is no tensor: loss, learning rate, loss scale, batch, times. Once a step. */
    public void note(StepFacts facts) {
        this.facts = facts;
    }

    /** One flush, one copy to the host, the probes read, one frame offered. */
    public void endStep() {
        if (!watched()) {
            pending = 0;
            facts = null;
            return;
        }
        long began = nanos.getAsLong();
        read();
        Scalars.Builder scalars = new Scalars.Builder();
        if (facts != null) {
            scalars.putAll(facts.scalars());
        }
        scalars.put(Scalars.OBSERVER_SECONDS, observerNanos / 1e9).put(Scalars.FRAMES_DROPPED, dropped);
        var batch = facts == null ? java.util.Optional.<Batch>empty() : facts.batch();
        offer(new Frame(origin, seq++, step, clock.instant(), scalars.build(), samples.take(), batch));
        facts = null;
        // What it cost to read and hand over this frame is told by the next one.
        observerNanos = nanos.getAsLong() - began;
    }

    /** Tells of something that happened between two steps. */
    public void event(RunEvent.Kind kind, Map<String, String> details) {
        if (watched()) {
            offer(RunEvent.of(origin, seq++, step, clock.instant(), kind, details));
        }
    }

    private void look(Site site, T tensor, T other) {
        long began = nanos.getAsLong();
        for (Plan.Due due : plan.at(site.hook())) {
            int slot = pending;
            if (slot == pendingSite.length) {
                pendingSite = Arrays.copyOf(pendingSite, 2 * slot);
                pendingDue = Arrays.copyOf(pendingDue, 2 * slot);
            }
            try {
                reducer.enqueue(slot, due.reduction(), tensor, other);
                pendingSite[slot] = site;
                pendingDue[slot] = due;
                pending++;
            } catch (Throwable e) {
                failed(due, e);
            }
        }
        observerNanos += nanos.getAsLong() - began;
    }

    private void read() {
        try {
            reducer.flush();
        } catch (Throwable e) {
            for (int slot = 0; slot < pending; slot++) {
                failed(pendingDue[slot], e);
            }
            pending = 0;
        }
        for (int slot = 0; slot < pending; slot++) {
            samples.pass(pendingSite[slot]);
            for (Watcher reader : pendingDue[slot].readers()) {
                try {
                    reader.read(pendingSite[slot], reducer.result(slot), samples);
                } catch (Throwable e) {
                    failed(reader, e);
                }
            }
        }
        pending = 0;
    }

    private void failed(Plan.Due due, Throwable error) {
        for (Watcher reader : due.readers()) {
            failed(reader, error);
        }
    }

    private void failed(Watcher watcher, Throwable error) {
        if (watcher.failed(error)) {
            plans.clear();
            event(RunEvent.Kind.PROBE_DISABLED, Map.of("probe", watcher.name(), "error", watcher.lastError()));
        }
    }

    private void offer(Telemetry item) {
        if (!sink.offer(item)) {
            dropped++;
        }
    }

    private Plan planFor(long due) {
        List<Watcher> watchers = new ArrayList<>();
        for (int i = 0; i < planned.size(); i++) {
            if ((due & 1L << i) != 0) {
                watchers.add(planned.get(i));
            }
        }
        return new Plan(watchers);
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
