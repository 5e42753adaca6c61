package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;

/** The thread that reads what steps measured: training never waits for it, and nothing of it is left behind. */
class ResultRingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int STALLED = ResultRing.PLACES + 3;

    private final CountDownLatch released = new CountDownLatch(1);

    @Test
    void aStalledReaderCostsFramesAndNeitherAStepNorAWaitNorABit() throws InterruptedException {
        Emulation.require();
        List<Double> unwatched = new ArrayList<>();
        try (Run run = new Run(FrameSink.NOBODY)) {
            for (int step = 0; step <= STALLED; step++) {
                unwatched.add(run.trainer.step().loss());
            }
        }

        List<Telemetry> told = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch reading = new CountDownLatch(1);
        List<Double> losses = new ArrayList<>();
        Thread reader;
        try (Run run = new Run(item -> {
            reading.countDown();
            awaitRelease();
            return told.add(item);
        })) {
            losses.add(run.trainer.step().loss());
            reading.await();
            reader = readers().findFirst().orElseThrow();
            for (int step = 2; step <= STALLED; step++) {
                long waits = Emulation.calls("cuStreamSynchronize");
                long copies = Emulation.calls("cuMemcpyDtoHAsync");
                losses.add(run.trainer.step().loss());
                assertEquals(1, Emulation.calls("cuMemcpyDtoHAsync") - copies, "copies home of step " + step);
                if (step > ResultRing.PLACES) {
                    assertEquals(1, Emulation.calls("cuStreamSynchronize") - waits, "waits of step " + step);
                }
            }
            assertEquals(List.of(), told, "all steps are done and none is told");
            released.countDown();
            run.instruments.await();
            losses.add(run.trainer.step().loss());
            run.trainer.end("finished");
            assertEquals(RunEvent.Kind.END, ((RunEvent) told.removeLast()).kind(), "the end waits until it is told");
        }
        assertEquals(unwatched, losses, "bit for bit");
        List<Frame> frames = told.stream().map(Frame.class::cast).toList();
        assertEquals(
                LongStream.concat(LongStream.rangeClosed(1, ResultRing.PLACES), LongStream.of(STALLED + 1))
                        .boxed()
                        .toList(),
                frames.stream().map(Frame::step).toList(),
                "one for each place, and the next when there is room again");
        Frame last = frames.getLast();
        assertEquals(3, last.scalars().find(Scalars.FRAMES_DROPPED).orElseThrow());
        assertEquals(STALLED, last.seq(), "those lost are missing in the numbering");
        frames.forEach(frame -> assertTrue(
                frame.sites().column("rms").isPresent(), "a frame read late is whole: step=" + frame.step()));
        reader.join(LONG);
        assertFalse(reader.isAlive(), "the thread ends with the model");
    }

    @Test
    void aPlaceThatNobodyWasToldOfIsTakenAgain() {
        try (ResultRing ring = new ResultRing(places(1), LONG)) {
            MemorySegment first = ring.take().orElseThrow();
            assertSame(first, ring.take().orElseThrow());
            assertFalse(ring.step(hooks -> {}), "nothing was measured into it");
            ring.measured(List.of());
            assertTrue(ring.step(hooks -> assertSame(first, ring.reading())));
            assertFalse(ring.step(hooks -> {}), "a step is told once");
            ring.await();
            assertSame(first, ring.take().orElseThrow());
        }
    }

    @Test
    void whatIsThrownWhileItIsToldIsSaidAtTheEndAndStopsNothing() {
        List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        try (ResultRing ring = new ResultRing(places(1), LONG)) {
            ring.take();
            ring.measured(List.of());
            ring.step(hooks -> {
                throw new IllegalStateException("on purpose");
            });
            ring.next(() -> told.add(1));
            String said = assertThrows(IllegalStateException.class, ring::await).getMessage();
            assertTrue(said.contains("on purpose"), said);
            assertEquals(List.of(1), told);
            assertTrue(ring.take().isPresent(), "the place is given back");
            ring.await();
        }
    }

    @Test
    void aReaderThatDoesNotReturnIsNamedAndNotWaitedForForEver() throws InterruptedException {
        ResultRing ring = new ResultRing(places(1), Duration.ofMillis(20));
        ring.next(this::awaitRelease);
        Thread reader = readers().findFirst().orElseThrow();
        for (String said : List.of(
                assertThrows(IllegalStateException.class, ring::await).getMessage(),
                assertThrows(IllegalStateException.class, ring::close).getMessage())) {
            assertTrue(said.contains(ResultRing.THREAD) && said.contains("does not return"), said);
        }
        released.countDown();
        reader.join(LONG);
        assertFalse(reader.isAlive());
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<MemorySegment> places(int count) {
        return Stream.generate(() -> MemorySegment.ofArray(new long[1]))
                .limit(count)
                .toList();
    }

    private static Stream<Thread> readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(ResultRing.THREAD));
    }

    /** A small watched model and its trainer. */
    private static final class Run implements AutoCloseable {
        private final Instruments<CudaTensor> instruments;
        private final CudaModel model;
        private final Trainer trainer;

        Run(FrameSink sink) {
            TrainingSpec training = new TrainingSpec(STALLED + 1, 1, 1e-3, 1, 1.0, Precision.FP32, 7);
            ModelSpec spec = new ModelSpec(1, 1, 16, 8, 256, Norm.LAYERNORM);
            CudaReducer reducer = new CudaReducer();
            Origin origin = new Origin(new RunId("ring"), 0, new UUID(1, 2), 0);
            instruments = new Instruments<>(origin, reducer, sink, InstantSource.system(), System::nanoTime);
            instruments.install(Probes.of(Pack.CONTINUOUS));
            model = new CudaModel(spec, training, Fault.NONE, instruments, reducer);
            trainer = new Trainer(
                    new Recipe(spec, training, Twins.corpus(), Fault.NONE), model, instruments, System::nanoTime);
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
