package observatory.probe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is due in one step: for each hook the reductions, each once, and who reads them; and what is asked when the step
 * is over. Immutable, chosen when the step begins, so a step sees one plan from its first hook to its last.
 */
final class Plan {
    static final Plan NOTHING = new Plan(List.of());

    private final long hooks;
    private final Due[][] byHook = new Due[Hook.values().length][];
    private final List<List<Reduction<?>>> reductions = new ArrayList<>();
    private final List<Watcher> ofBatch;
    private final List<Watcher> ofStep;
    private final Map<String, List<Watcher>> asking = new HashMap<>();

    /** One reduction at a hook, shared by all who need it or what follows from it. */
    record Due(Hook hook, Reduction<?> reduction, Watcher[] readers) {
        /** Charges each reader its share of what the reduction took. */
        void spent(long nanos) {
            for (Watcher reader : readers) {
                reader.spent(hook, nanos / readers.length);
            }
        }

        /** What a reader asked for, of the result of this reduction. */
        Object view(Watcher reader, Object result) {
            return reader.reduction.equals(reduction)
                    ? result
                    : reader.reduction.from(reduction).apply(result);
        }
    }

    Plan(List<Watcher> due) {
        long mask = 0;
        for (Hook hook : Hook.values()) {
            Map<Reduction<?>, List<Watcher>> readers = new LinkedHashMap<>();
            for (Watcher watcher : due) {
                if ((watcher.hooks & hook.bit()) != 0) {
                    readers.computeIfAbsent(asked(watcher, due, hook), r -> new ArrayList<>())
                            .add(watcher);
                }
            }
            byHook[hook.ordinal()] = readers.entrySet().stream()
                    .map(e -> new Due(hook, e.getKey(), e.getValue().toArray(Watcher[]::new)))
                    .toArray(Due[]::new);
            reductions.add(List.copyOf(readers.keySet()));
            mask |= readers.isEmpty() ? 0 : hook.bit();
        }
        hooks = mask;
        ofBatch = due.stream().filter(w -> w.question instanceof BatchProbe).toList();
        ofStep = due.stream().filter(w -> w.question instanceof StepProbe).toList();
        for (Watcher watcher : ofStep) {
            for (String scalar : ((StepProbe) watcher.question).asks()) {
                asking.computeIfAbsent(scalar, s -> new ArrayList<>()).add(watcher);
            }
        }
    }

    /** A reduction that is due at the hook anyway and from which a watcher's own follows, or its own. */
    private static Reduction<?> asked(Watcher watcher, List<Watcher> due, Hook hook) {
        return due.stream()
                .filter(other -> (other.hooks & hook.bit()) != 0)
                .<Reduction<?>>map(other -> other.reduction)
                .filter(other -> watcher.reduction.from(other) != null)
                .findFirst()
                .orElse(watcher.reduction);
    }

    boolean wants(Hook hook) {
        return (hooks & hook.bit()) != 0;
    }

    Due[] at(Hook hook) {
        return byHook[hook.ordinal()];
    }

    /** Charges those who read a reduction at a hook with what it took. */
    void spent(Hook hook, Reduction<?> reduction, long nanos) {
        for (Due due : at(hook)) {
            if (due.reduction().equals(reduction)) {
                due.spent(nanos);
            }
        }
    }

    List<Reduction<?>> reductions(Hook hook) {
        return reductions.get(hook.ordinal());
    }

    /** Those who ask for a scalar that is made for them alone. */
    List<Watcher> asking(String scalar) {
        return asking.getOrDefault(scalar, List.of());
    }

    List<Watcher> ofBatch() {
        return ofBatch;
    }

    List<Watcher> ofStep() {
        return ofStep;
    }
}
