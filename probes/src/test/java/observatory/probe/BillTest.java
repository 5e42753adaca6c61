package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Probes that take what the test says: who pays for what, in seconds a step. */
class BillTest {
    private final Bill bill = new Bill();
    private final Watcher often = watcher("often", Schedule.everyStep());
    private final Watcher sometimes = watcher("sometimes", Schedule.everySteps(8));
    private final Watcher rare = watcher("rare", Schedule.everySteps(64));
    private final List<Watcher> watchers = List.of(often, sometimes, rare);

    @Test
    void eachPaysWhatATimeTakesOverItsCadenceAndTheFrameTheRest() {
        assertEquals(
                Map.of(
                        "observer_seconds/often/residual", 1_500e-9,
                        "observer_seconds/often/qkv", 500e-9,
                        "observer_seconds/sometimes", 500e-9, // 4 µs every 8 steps
                        "observer_seconds/rare", 500e-9, // 32 µs once in 64 steps, though it was due once in these 32
                        "observer_seconds/frame", 7_000e-9),
                window(0, watchers));
        assertEquals(
                Set.of(
                        "observer_seconds/often/residual",
                        "observer_seconds/often/qkv",
                        "observer_seconds/sometimes",
                        "observer_seconds/frame"),
                window(32, watchers).keySet(),
                "who was not due is not billed");
        assertEquals(500e-9, window(64, watchers).get("observer_seconds/rare"), "and once more when it was");
    }

    @Test
    void theCadenceIsThatOfNow() {
        window(0, watchers);
        sometimes.stretch(2);
        assertEquals(250e-9, window(32, watchers).get("observer_seconds/sometimes"));
    }

    @Test
    void twoOfOneNameAreOneProbeAndBothCountWhereOneWasDue() {
        Watcher other = watcher("sometimes", Schedule.everySteps(64));
        List<Watcher> both = List.of(sometimes, other);
        assertEquals(1_000e-9, window(0, both).get("observer_seconds/sometimes"));
        assertEquals(1_000e-9, window(32, both).get("observer_seconds/sometimes"));
    }

    @Test
    void beforeItIsTimeNothingIsTold() {
        bill.add(1_000);
        bill.tell(watchers, (name, value) -> {
            throw new AssertionError(name + "=" + value);
        });
    }

    /** As many steps as a bill is of, in each of which the frame takes 7 µs, and what is told in the next. */
    private Map<String, Double> window(long from, List<Watcher> all) {
        for (long step = from; step < from + Bill.EVERY; step++) {
            long spent = 7_000;
            for (Watcher one : all) {
                if (one.due(step)) {
                    spend(one);
                    spent += one.settle();
                }
            }
            bill.add(spent);
        }
        Map<String, Double> told = new TreeMap<>();
        bill.tell(all, (name, value) -> told.put(name, Math.rint(value * 1e12) / 1e12));
        return told;
    }

    private void spend(Watcher one) {
        if (one == often) {
            one.spent(Hook.RESIDUAL, 1_500);
            one.spent(Hook.QKV, 500);
        } else {
            one.spent(one == sometimes ? 4_000 : 32_000);
        }
    }

    private static Watcher watcher(String name, Schedule schedule) {
        return new Watcher(new Named(name, schedule));
    }

    private record Named(String name, Schedule schedule) implements StepProbe {
        @Override
        public void read(StepFacts facts, Sites sites, ScalarSink out) {
            throw new IllegalStateException("nobody asks it here");
        }
    }
}
