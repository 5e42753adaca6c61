package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import observatory.probe.builtin.ActivationScale;
import observatory.probe.builtin.NonFinite;
import org.junit.jupiter.api.Test;

class InstrumentsTest {
    private static final Origin ORIGIN = new Origin(new RunId("run"), 0, new UUID(1, 2), 0);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final HostTensor TENSOR = HostTensor.of(1, -2, 3);
    private static final Site WEIGHT = new Site(Hook.GRADIENT, 0, "mlp.up");

    private final List<Telemetry> sent = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final CountingReducer reducer = new CountingReducer();
    private final Instruments<HostTensor> instruments =
            new Instruments<>(ORIGIN, reducer, sent::add, CLOCK, nanos::incrementAndGet);

    @Test
    void anUnwatchedStepAllocatesNothing() {
        Instruments<HostTensor> off =
                new Instruments<>(ORIGIN, new ForbiddenReducer(), FrameSink.NOBODY, CLOCK, () -> 0);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 20_000; i++) {
            step(off, i);
        }
        long least = Long.MAX_VALUE;
        for (int round = 0;
                round < 5;
                round++) { // A step that allocated would do so in every round; the JVM does in some.
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                step(off, i);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least, "bytes allocated by 1,000 unwatched steps");
    }

    @Test
    void whatIsNotDueReachesNoReducer() {
        Instruments<HostTensor> idle = new Instruments<>(ORIGIN, new ForbiddenReducer(), sent::add, CLOCK, () -> 0);
        idle.install(List.of(new Asking(Set.of(Hook.RESIDUAL), new Schedule(10, 5), new ArrayList<>())));
        step(idle, 4);
        assertEquals(1, sent.size());
        assertEquals(Sites.none(), ((Frame) sent.getFirst()).sites());
    }

    @Test
    void whatFollowsFromAnotherReductionIsNotReadAgain() {
        NonFinite broken = new NonFinite(Set.of(Hook.RESIDUAL), Schedule.everyStep());
        HostTensor tensor = HostTensor.of(3, Float.NaN, 4);
        List<Integer> calls = new ArrayList<>();
        List<Sites> seen = new ArrayList<>();
        for (List<Question> probes : List.<List<Question>>of(
                List.of(broken),
                List.of(broken, new ActivationScale(Set.of(Hook.RESIDUAL), Schedule.everyStep())),
                List.of(broken, new ActivationScale(Set.of(Hook.LOGITS), Schedule.everyStep())))) {
            instruments.install(probes);
            instruments.beginStep(0);
            int before = reducer.calls;
            instruments.at(Hook.RESIDUAL, 0, tensor);
            instruments.endStep();
            calls.add(reducer.calls - before);
            seen.add(((Frame) sent.getLast()).sites());
        }
        assertEquals(List.of(1, 1, 1), calls);
        for (Sites sites : seen) {
            assertEquals(1, sites.column("nan").orElseThrow().values()[0]);
            assertEquals(0, sites.column("inf").orElseThrow().values()[0]);
        }
        assertEquals(4, seen.get(1).column("abs_max").orElseThrow().values()[0]);
        assertTrue(seen.get(2).column("abs_max").isEmpty(), "moments are due elsewhere");
    }

    @Test
    void equalReductionsAtOneSiteAreDoneOnce() {
        List<Site> first = new ArrayList<>();
        List<Site> second = new ArrayList<>();
        instruments.install(List.of(
                new Asking(Set.of(Hook.RESIDUAL), Schedule.everyStep(), first),
                new Asking(Set.of(Hook.RESIDUAL, Hook.LOGITS), Schedule.everyStep(), second)));
        step(instruments, 0);
        assertEquals(2, reducer.calls, "two layers, one reduction each");
        assertEquals(List.of(Site.of(Hook.RESIDUAL, 0), Site.of(Hook.RESIDUAL, 1)), first);
        assertEquals(first, second);
    }

    @Test
    void whatFailsWhileATensorIsMadeForObserversIsTheirLoss() {
        List<Site> seen = new ArrayList<>();
        instruments.install(List.of(new Asking(Set.of(Hook.LOG_Z), Schedule.everyStep(), seen)));
        for (int i = 0; i < 20; i++) {
            instruments.beginStep(i);
            instruments.making(Hook.LOG_Z, () -> {
                throw new NullPointerException("on purpose");
            });
            instruments.making(Hook.RESIDUAL, () -> {
                throw new AssertionError("nobody looks there");
            });
            instruments.endStep();
        }
        assertEquals(20, sent.stream().filter(Frame.class::isInstance).count());
        RunEvent disabled = (RunEvent)
                sent.stream().filter(RunEvent.class::isInstance).findFirst().orElseThrow();
        assertTrue(disabled.details().get("error").contains("on purpose"));
        assertFalse(instruments.wants(Hook.LOG_Z), "given up");
        assertEquals(List.of(), seen);
    }

    @Test
    void theSameQuestionTwiceIsAskedOnce() {
        List<Site> seen = new ArrayList<>();
        Asking asking = new Asking(Set.of(Hook.RESIDUAL), Schedule.everyStep(), seen);
        instruments.install(List.of(asking, asking));
        step(instruments, 0);
        assertEquals(2, seen.size(), "once for each of two layers");
    }

    @Test
    void aResultThatIsNotThereYetIsReadLaterAndSaysWhenItWasMeasured() {
        var results = new ArrayDeque<CompletableFuture<Moments>>();
        Reducer<HostTensor> slow = new Reducer<>() {
            @Override
            public void enqueue(int slot, Reduction<?> reduction, HostTensor tensor, HostTensor other) {
                results.add(new CompletableFuture<>());
            }

            @Override
            public void flush() {
                // The results come from outside.
            }

            @Override
            public Object result(int slot) {
                return results.getLast();
            }
        };
        Instruments<HostTensor> late = new Instruments<>(ORIGIN, slow, sent::add, CLOCK, () -> 0);
        late.install(List.of(new Asking(Set.of(Hook.EMBEDDING), new Schedule(100, 7), new ArrayList<>())));
        step(late, 7);
        step(late, 8);
        assertEquals(Sites.none(), ((Frame) sent.getLast()).sites());
        results.getFirst().complete(new Moments(1, 2, 4, 2, 0, 0));
        step(late, 9);
        Sites sites = ((Frame) sent.getLast()).sites();
        assertEquals(2, sites.column("abs_max").orElseThrow().values()[0]);
        assertEquals(7, sites.column("measured_step").orElseThrow().values()[0]);
    }

    @Test
    void aStepThatIsToldLaterIsReadByItsOwnPlanAndBeforeWhateverComesBehindIt() {
        Waiting teller = new Waiting(2);
        reducer.teller = teller;
        instruments.install(List.of(new Asking(Set.of(Hook.RESIDUAL), Schedule.everySteps(2), new ArrayList<>())));
        stepToldLater(2);
        instruments.event(RunEvent.Kind.CHECKPOINT, Map.of());
        assertEquals(List.of(), sent, "nothing is told while the teller waits");
        instruments.beginStep(3);
        assertFalse(instruments.wants(Hook.RESIDUAL), "the plan is that of the step under way");
        instruments.await();
        assertFalse(instruments.wants(Hook.RESIDUAL), "and still is");
        Frame first = (Frame) sent.getFirst();
        assertEquals(2, first.step());
        assertEquals(
                List.of(Site.of(Hook.RESIDUAL, 5)), first.sites().sites(), "what was shown when the step was told");
        instruments.endStep();
        instruments.event(RunEvent.Kind.END, Map.of());
        instruments.await();
        assertEquals(2, ((RunEvent) sent.get(1)).step(), "the step it came behind");
        assertEquals(3, ((Frame) sent.get(2)).step());
        assertEquals(RunEvent.Kind.END, ((RunEvent) sent.get(3)).kind());
        assertEquals(List.of(0L, 1L, 2L, 3L), sent.stream().map(Telemetry::seq).toList());
    }

    @Test
    void whatMeasuringTookIsChargedWhenTheStepIsTold() {
        Waiting teller = new Waiting(1);
        teller.took = 5_000_000;
        reducer.teller = teller;
        instruments.install(List.of(new Asking(Set.of(Hook.RESIDUAL), Schedule.everyStep(), new ArrayList<>())));
        stepToldLater(1);
        instruments.await();
        assertEquals(0.005, observerSeconds(0), 1e-6);
    }

    @Test
    void whatIsReducedWhileATensorIsMadeForObserversIsChargedToo() {
        reducer.took = () -> nanos.addAndGet(3_000_000);
        instruments.install(List.of(new Asking(Set.of(Hook.LOG_Z), Schedule.everyStep(), new ArrayList<>())));
        instruments.beginStep(1);
        instruments.making(Hook.LOG_Z, () -> {
            nanos.addAndGet(2_000_000);
            instruments.at(Hook.LOG_Z, Site.NO_LAYER, TENSOR);
        });
        instruments.endStep();
        assertEquals(0.005, observerSeconds(0), 1e-6);
    }

    /** Work in which a step ends and the next begins, as where a framework tells of the end by what comes after it. */
    @Test
    void observingIsChargedWithAllOfItsTimeAndOnce() {
        reducer.took = () -> nanos.addAndGet(3_000_000);
        instruments.install(List.of(new Asking(Set.of(Hook.LOG_Z), Schedule.everyStep(), new ArrayList<>())));
        instruments.beginStep(1);
        nanos.addAndGet(50_000_000); // the trainer's
        instruments.observing(() -> {
            nanos.addAndGet(10_000_000);
            instruments.at(Hook.LOG_Z, Site.NO_LAYER, TENSOR);
            instruments.observing(() -> nanos.addAndGet(500_000));
            instruments.endStep();
            instruments.beginStep(2);
            nanos.addAndGet(1_000_000);
        });
        nanos.addAndGet(50_000_000);
        instruments.endStep();
        assertEquals(0.0135, observerSeconds(0), 1e-6);
        assertEquals(0.001, observerSeconds(1), 1e-6);
    }

    @Test
    void theFirstWorkOfThoseWhoWereSetUpIsCharged() {
        Instruments<HostTensor> late =
                new Instruments<>(ORIGIN, reducer, FrameSink.NOBODY, CLOCK, nanos::incrementAndGet);
        late.setUp(Setup.NONE.with(sent::add));
        late.observing(() -> {
            late.beginStep(1);
            nanos.addAndGet(2_000_000);
        });
        late.endStep();
        assertEquals(0.002, observerSeconds(sent.size() - 1), 1e-6);
    }

    private double observerSeconds(int frame) {
        return ((Frame) sent.get(frame))
                .scalars()
                .find(Scalars.OBSERVER_SECONDS)
                .orElseThrow();
    }

    @Test
    void aStepForWhichTheTellerHasNoRoomIsCountedAndMissingInTheNumbering() {
        Waiting teller = new Waiting(2);
        reducer.teller = teller;
        for (long step = 1; step <= 5; step++) {
            stepToldLater(step);
        }
        instruments.await();
        stepToldLater(6);
        stepToldLater(7);
        stepToldLater(8);
        instruments.event(RunEvent.Kind.END, Map.of());
        instruments.await();
        assertEquals(8, sent.removeLast().seq(), "a gap in front of the end too");
        List<Frame> frames = sent.stream().map(Frame.class::cast).toList();
        assertEquals(List.of(1L, 2L, 6L, 7L), frames.stream().map(Frame::step).toList());
        assertEquals(3, frames.getLast().scalars().find(Scalars.FRAMES_DROPPED).orElseThrow());
        assertEquals(List.of(0L, 1L, 5L, 6L), frames.stream().map(Frame::seq).toList());
    }

    @Test
    void aSinkIsSpokenToUntilAllThatWasMeasuredForItIsTold() {
        Waiting teller = new Waiting(4);
        reducer.teller = teller;
        List<Telemetry> second = new ArrayList<>();
        stepToldLater(1);
        instruments.setUp(Setup.NONE.with((FrameSink) second::add));
        instruments.beginStep(2);
        instruments.endStep();
        assertFalse(instruments.settled(), "the first sink has not heard all yet");
        teller.await();
        assertTrue(instruments.settled());
        assertEquals(1, ((Frame) sent.getFirst()).step());
        assertEquals(RunEvent.Kind.END, ((RunEvent) sent.get(1)).kind());
        assertEquals(2, sent.size());
        assertEquals(RunEvent.Kind.START, ((RunEvent) second.getFirst()).kind());
        assertEquals(2, ((Frame) second.getLast()).step());
    }

    private void stepToldLater(long step) {
        instruments.beginStep(step);
        instruments.endStep();
    }

    @Test
    void aFrameListsSitesInTheOrderOfExecution() {
        instruments.install(List.of(new Asking(
                Set.of(Hook.EMBEDDING, Hook.RESIDUAL, Hook.GRADIENT), Schedule.everyStep(), new ArrayList<>())));
        step(instruments, 7);
        Frame frame = (Frame) sent.getFirst();
        assertEquals(
                List.of(Site.of(Hook.EMBEDDING, -1), Site.of(Hook.RESIDUAL, 0), Site.of(Hook.RESIDUAL, 1), WEIGHT),
                frame.sites().sites());
        assertEquals(7, frame.step());
        assertEquals(2.5, frame.scalars().find(Scalars.LOSS).orElseThrow());
        assertEquals(3.0, frame.sites().column("abs_max").orElseThrow().values()[0]);
    }

    @Test
    void probesInstalledInsideAStepWaitForTheNext() {
        List<Site> seen = new ArrayList<>();
        instruments.beginStep(0);
        instruments.at(Hook.EMBEDDING, Site.NO_LAYER, TENSOR);
        instruments.install(List.of(new Asking(Set.of(Hook.RESIDUAL), Schedule.everyStep(), seen)));
        instruments.at(Hook.RESIDUAL, 0, TENSOR);
        instruments.endStep();
        assertEquals(List.of(), seen);
        step(instruments, 1);
        assertEquals(2, seen.size());
    }

    @Test
    void aProbeThatKeepsThrowingIsTakenOutAndSaysSo() {
        instruments.install(List.of(new Throwing()));
        for (int i = 0; i < 20; i++) {
            step(instruments, i);
        }
        List<RunEvent> events = sent.stream()
                .filter(RunEvent.class::isInstance)
                .map(RunEvent.class::cast)
                .toList();
        assertEquals(1, events.size());
        assertEquals(RunEvent.Kind.PROBE_DISABLED, events.getFirst().kind());
        assertEquals("throwing", events.getFirst().details().get("probe"));
        assertTrue(events.getFirst().details().get("error").contains("on purpose"));
        assertEquals(20, sent.stream().filter(Frame.class::isInstance).count(), "every step still has its frame");
        assertEquals(Watcher.FAILURES_ALLOWED, reducer.calls, "a disabled probe is no longer due");
    }

    @Test
    void aReducerThatThrowsCostsSamplesAndNeverTheStep() {
        Instruments<HostTensor> broken = new Instruments<>(ORIGIN, new ForbiddenReducer(), sent::add, CLOCK, () -> 0);
        broken.install(List.of(new Asking(Set.of(Hook.RESIDUAL), Schedule.everyStep(), new ArrayList<>())));
        for (int i = 0; i < 30; i++) {
            step(broken, i);
        }
        assertEquals(30, sent.stream().filter(Frame.class::isInstance).count());
        assertEquals(1, sent.stream().filter(RunEvent.class::isInstance).count());
    }

    @Test
    void whatTheSinkRefusesIsCountedInTheNextFrame() {
        List<Frame> kept = new ArrayList<>();
        FrameSink everySecond = item -> item.seq() % 2 == 1 && kept.add((Frame) item);
        Instruments<HostTensor> lossy = new Instruments<>(ORIGIN, reducer, everySecond, CLOCK, () -> 0);
        for (int i = 0; i < 4; i++) {
            step(lossy, i);
        }
        assertEquals(List.of(1L, 3L), kept.stream().map(Frame::seq).toList());
        assertEquals(1, kept.get(0).scalars().find(Scalars.FRAMES_DROPPED).orElseThrow());
        assertEquals(2, kept.get(1).scalars().find(Scalars.FRAMES_DROPPED).orElseThrow());
    }

    @Test
    void framesAndEventsShareOneNumbering() {
        instruments.event(RunEvent.Kind.START, Map.of());
        step(instruments, 0);
        instruments.event(RunEvent.Kind.END, Map.of());
        assertEquals(List.of(0L, 1L, 2L), sent.stream().map(Telemetry::seq).toList());
        assertFalse(instruments.wants(Hook.RESIDUAL));
    }

    private static void step(Instruments<HostTensor> instruments, long step) {
        instruments.beginStep(step);
        instruments.at(Hook.EMBEDDING, Site.NO_LAYER, TENSOR);
        for (int layer = 0; layer < 2; layer++) {
            instruments.at(Hook.RESIDUAL, layer, TENSOR);
        }
        instruments.at(WEIGHT, TENSOR);
        if (instruments.watched()) {
            instruments.note(
                    new StepFacts(new Scalars.Builder().put(Scalars.LOSS, 2.5).build(), Optional.empty()));
        }
        instruments.endStep();
    }

    private record Asking(Set<Hook> hooks, Schedule schedule, List<Site> seen) implements Probe<Moments> {
        @Override
        public Reduction<Moments> reduction() {
            return new Reduction.ToMoments();
        }

        @Override
        public void read(Site site, Moments moments, SampleSink out) {
            seen.add(site);
            out.sample(site, "abs_max", moments.absMax());
        }
    }

    private static final class Throwing implements Probe<Moments> {
        @Override
        public Set<Hook> hooks() {
            return Set.of(Hook.EMBEDDING);
        }

        @Override
        public Schedule schedule() {
            return Schedule.everyStep();
        }

        @Override
        public Reduction<Moments> reduction() {
            return new Reduction.ToMoments();
        }

        @Override
        public void read(Site site, Moments moments, SampleSink out) {
            throw new StackOverflowError("on purpose");
        }
    }

    /** Tells when it is waited for, with room for so many steps; shows one tensor of the residual stream in each. */
    private static final class Waiting implements Teller<HostTensor> {
        private final ArrayDeque<Runnable> all = new ArrayDeque<>();
        private final int most;
        private int steps;
        private long took;

        Waiting(int most) {
            this.most = most;
        }

        @Override
        public boolean step(Consumer<Consumer<Hooks<HostTensor>>> telling) {
            if (steps == most) {
                return false;
            }
            steps++;
            all.add(() -> {
                steps--;
                telling.accept(hooks -> {
                    hooks.at(Site.of(Hook.RESIDUAL, 5), TENSOR, null);
                    hooks.at(Site.of(Hook.LOGITS, Site.NO_LAYER), TENSOR, null);
                    hooks.spent(Hook.RESIDUAL, new Reduction.ToMoments(), took);
                });
            });
            return true;
        }

        @Override
        public void next(Runnable telling) {
            all.add(telling);
        }

        @Override
        public void await() {
            while (!all.isEmpty()) {
                all.remove().run();
            }
        }
    }

    private static final class CountingReducer implements Reducer<HostTensor> {
        private final HostReducer host = new HostReducer();
        private int calls;
        private Runnable took = () -> {};
        private Teller<HostTensor> teller = Teller.atOnce();

        @Override
        public Teller<HostTensor> teller() {
            return teller;
        }

        @Override
        public void enqueue(int slot, Reduction<?> reduction, HostTensor tensor, HostTensor other) {
            calls++;
            took.run();
            host.enqueue(slot, reduction, tensor, other);
        }

        @Override
        public void flush() {
            host.flush();
        }

        @Override
        public Object result(int slot) {
            return host.result(slot);
        }
    }

    private static final class ForbiddenReducer implements Reducer<HostTensor> {
        @Override
        public void enqueue(int slot, Reduction<?> reduction, HostTensor tensor, HostTensor other) {
            throw new IllegalStateException("nothing is due: " + reduction);
        }

        @Override
        public void flush() {
            // Called once a watched step, whether or not anything is due.
        }

        @Override
        public Object result(int slot) {
            throw new IllegalStateException("nothing was enqueued: slot=" + slot);
        }
    }
}
