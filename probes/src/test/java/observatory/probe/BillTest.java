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
    private final Watcher rare = watcher("rare", Schedule.everySteps(32));
    private final List<Watcher> watchers = List.of(often, sometimes, rare);

    @Test
    void eachPaysWhatATimeTakesOverItsCadenceAndTheFrameTheRest() {
        assertEquals(
                Map.of(
                        "observer_seconds/often", 2_000e-9,
                        "observer_seconds/sometimes", 500e-9, // 4 µs every 8 steps
                        "observer_seconds/rare", 1_000e-9, // 32 µs once in 32 steps, though it was due once in these 16
                        "observer_seconds/frame", 7_000e-9),
                window(0));
        assertEquals(
                Set.of("observer_seconds/often", "observer_seconds/sometimes", "observer_seconds/frame"),
                window(16).keySet(),
                "who was not due is not billed");
        assertEquals(1_000e-9, window(32).get("observer_seconds/rare"), "and once more when it was");
    }

    @Test
    void theCadenceIsThatOfNow() {
        window(0);
        sometimes.stretch(2);
        assertEquals(250e-9, window(16).get("observer_seconds/sometimes"));
    }

    @Test
    void twoOfOneNameAreOneProbeAndBothCountWhereOneWasDue() {
        Watcher other = watcher("often", Schedule.everySteps(32));
        assertEquals(3_000e-9, window(0, List.of(often, other)).get("observer_seconds/often"));
        assertEquals(3_000e-9, window(16, List.of(often, other)).get("observer_seconds/often"));
    }

    @Test
    void beforeItIsTimeNothingIsTold() {
        bill.add(1_000);
        bill.tell(watchers, (name, value) -> {
            throw new AssertionError(name + "=" + value);
        });
    }

    private Map<String, Double> window(long from) {
        return window(from, watchers);
    }

    /** Sixteen steps, in each of which the frame takes 7 µs, and what is told in the next. */
    private Map<String, Double> window(long from, List<Watcher> all) {
        for (long step = from; step < from + 16; step++) {
            long spent = 7_000;
            for (Watcher one : all) {
                if (one.due(step)) {
                    long takes = one == often ? 2_000 : one == sometimes ? 4_000 : 32_000;
                    one.spent(takes);
                    spent += one.settle();
                }
            }
            bill.add(spent);
        }
        Map<String, Double> told = new TreeMap<>();
        bill.tell(all, (name, value) -> told.put(name, Math.rint(value * 1e12) / 1e12));
        return told;
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
