package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import observatory.ui.chart.Span;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkbenchTest {
    private final Recording recording = new Recording(Frames.RUN);
    private final Workbench bench = new Workbench(Frames.source(recording));

    @BeforeEach
    void aRunOfAThousandSteps() {
        for (int step = 0; step < 1000; step++) {
            recording.accept(Frames.loss(step, 2));
        }
    }

    @Test
    void unlessSomethingIsMarkedTheWholeRunIsInViewAndGrows() {
        assertEquals(new Span(0, 999), bench.steps());
        recording.accept(Frames.loss(1000, 2));
        assertEquals(new Span(0, 1000), bench.steps());
    }

    @Test
    void aMarkedStretchStaysWithinTheRunAndIsNeverTooShort() {
        bench.show(new Span(990, 1090));
        assertEquals(new Span(899, 999), bench.steps());
        bench.show(new Span(500, 500.5));
        assertEquals(8, bench.steps().length(), 1e-9);
        bench.fit();
        assertNull(bench.brushProperty().get());
    }

    @Test
    void pausedNothingMovesAndThenItDoesAgain() {
        bench.pause(true);
        recording.accept(Frames.loss(1000, 2));
        assertEquals(999, bench.steps().high());
        bench.pause(false);
        assertEquals(1000, bench.steps().high());
    }

    @Test
    void theCrosshairGoesBackToWhereItWasPutWhenThePointerLeavesAChart() {
        bench.hover(300);
        bench.hover(Double.NaN);
        assertEquals(999, bench.stepOfInterest(), "only looked at");
        bench.pick(150.2);
        bench.hover(700);
        assertEquals(700, bench.stepOfInterest());
        bench.hover(Double.NaN);
        assertEquals(150, bench.stepOfInterest());
        bench.unpick();
        bench.hover(Double.NaN);
        assertEquals(999, bench.stepOfInterest());
    }

    @Test
    void theLiveEdgeIsFollowed() {
        bench.liveEdge();
        double length = bench.steps().length();
        for (int step = 1000; step < 1100; step++) {
            recording.accept(Frames.loss(step, 2));
        }
        bench.follow();
        assertEquals(1099, bench.steps().high());
        assertEquals(length, bench.steps().length(), 1e-9);
    }

    @Test
    void walkingStopsAtTheEnds() {
        bench.walk(100);
        assertEquals(999, bench.crosshairProperty().get());
        bench.walk(-5000);
        assertEquals(0, bench.crosshairProperty().get());
    }

    @Test
    void goingToAStepOutsideTheViewMovesTheView() {
        bench.show(new Span(0, 100));
        bench.goTo(700);
        assertTrue(bench.steps().contains(700));
        assertEquals(100, bench.steps().length(), 1e-9);
    }

    @Test
    void anEmptyRunHasSomethingToShowAllTheSame() {
        Workbench empty = new Workbench(Frames.source(new Recording(Frames.RUN)));
        assertEquals(new Span(0, 100), empty.steps());
        empty.event(true);
        empty.zoom(0.5);
        empty.liveEdge();
    }

    @Test
    void aRunThatIsClosedGivesWayToTheOneBesideItAndTheLastOneStays() {
        Source first = bench.sourceProperty().get();
        Source second = Frames.source(new Recording(Frames.RUN));
        bench.add(second);
        bench.close(second);
        assertEquals(List.of(first), bench.sources());
        assertEquals(first, bench.sourceProperty().get());
        bench.close(first);
        assertEquals(List.of(first), bench.sources());
    }

    @Test
    void aRunThatIsOpenAlreadyIsShownAndNotReadTwice() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Source first = bench.sourceProperty().get();
        bench.add(Frames.source(new Recording(Frames.RUN)));
        bench.add(new Source() {
            @Override
            public Recording recording() {
                return recording;
            }

            @Override
            public boolean same(Source other) {
                return other == first;
            }

            @Override
            public void close() {
                closed.countDown();
            }
        });
        assertEquals(first, bench.sourceProperty().get());
        assertEquals(2, bench.sources().size());
        assertTrue(closed.await(30, TimeUnit.SECONDS));
    }
}
