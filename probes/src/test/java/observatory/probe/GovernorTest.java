package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A trainer whose step takes 100 µs by the clock of the test, and whose probes take what each says. */
class GovernorTest {
    private static final long STEP_NANOS = 100_000;

    private final Governor governor = new Governor();
    private final List<Governor.Change> changes = new ArrayList<>();

    @Test
    void dearProbesAreSlowedUntilTheirMeanCostIsUnderTheBudget() {
        Watcher dear = watcher(Schedule.everyStep());
        Watcher cheap = watcher(Schedule.everyStep());
        run(2_000, 0.01, new long[] {10_000, 100}, dear, cheap);
        assertTrue(governor.share(List.of(dear, cheap)) <= 0.01, () -> "share=" + governor.share(List.of(dear, cheap)));
        assertEquals(16, dear.every(), "10 µs every 16 steps of 100 µs are 0.6 %, every 8 are 1.3 %");
        assertEquals(1, cheap.every());
        assertTrue(changes.stream().allMatch(change -> change.watcher() == dear));
        assertEquals("16", changes.getLast().details(0.01).get("every"));
    }

    @Test
    void aCadenceComesBackWhereThereIsRoomAgain() {
        Watcher watcher = watcher(Schedule.everyStep());
        run(1_000, 0.01, new long[] {4_000}, watcher);
        assertEquals(4, watcher.every());
        run(1_000, 0.01, new long[] {200}, watcher);
        assertEquals(1, watcher.every());
        int settled = changes.size();
        run(5_000, 0.01, new long[] {200}, watcher);
        assertEquals(settled, changes.size(), "it does not flap");
    }

    @Test
    void whatMustBeSeenInEveryStepKeepsItsCadence() {
        Watcher fixed = watcher(Schedule.always());
        Watcher other = watcher(Schedule.everySteps(10));
        run(20_000, 0.01, new long[] {5_000, 1_000}, fixed, other);
        assertEquals(1, fixed.every());
        assertTrue(other.every() > 1_000, "all that may give way has given way: every=" + other.every());
    }

    @Test
    void oneSlowStepChangesNothing() {
        Watcher watcher = watcher(Schedule.everyStep());
        run(500, 0.01, new long[] {500}, watcher);
        watcher.spent(50_000_000);
        governor.after(60_000_000, 50_000_000, List.of(watcher), 0.01);
        run(500, 0.01, new long[] {500}, watcher);
        assertEquals(List.of(), changes);
    }

    @Test
    void aPhaseStaysWithinTheLongerPeriod() {
        Watcher watcher = watcher(new Schedule(10, 3));
        watcher.stretch(4);
        assertTrue(watcher.due(43) && watcher.due(3));
        assertFalse(watcher.due(13) || watcher.due(23));
    }

    private void run(int steps, double budget, long[] costs, Watcher... watchers) {
        List<Watcher> all = List.of(watchers);
        for (int step = 0; step < steps; step++) {
            long spent = 0;
            for (int i = 0; i < watchers.length; i++) {
                if (watchers[i].due(step)) {
                    watchers[i].spent(costs[i]);
                    spent += costs[i];
                }
            }
            governor.after(STEP_NANOS + spent, spent, all, budget).ifPresent(changes::add);
        }
    }

    private static Watcher watcher(Schedule schedule) {
        return new Watcher(new Silent(schedule));
    }

    private record Silent(Schedule schedule) implements Probe<Moments> {
        @Override
        public Set<Hook> hooks() {
            return Set.of(Hook.RESIDUAL);
        }

        @Override
        public Reduction<Moments> reduction() {
            return new Reduction.ToMoments();
        }

        @Override
        public void read(Site site, Moments moments, SampleSink out) {
            out.sample(site, "nothing", 0);
        }
    }
}
