package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Ticks;
import observatory.ui.data.Recording;
import observatory.ui.source.Replay;
import org.junit.jupiter.api.Test;

class AxisLabelsTest {
    /** A thousand tokens and half a second a step. */
    private final Workbench bench = new Workbench(new Replay(
            Frames.RUN,
            IntStream.range(0, 1000)
                    .mapToObj(step -> (Telemetry) Frames.loss(step, 2))
                    .toList()));

    @Test
    void roundTokensStandAtTheStepsAtWhichTheyWereReached() {
        bench.axisProperty().set(Axis.TOKENS);
        List<Ticks.Tick> ticks = bench.labels().over(new Span(0, 999), 5);
        assertEquals(List.of(199.0, 399.0, 599.0, 799.0, 999.0), positions(ticks));
        assertEquals("200,000", ticks.getFirst().label());
    }

    @Test
    void timesAreInTheUnitInWhichTheirMarksAreWhole() {
        bench.axisProperty().set(Axis.TIME);
        List<Ticks.Tick> minutes = bench.labels().over(new Span(0, 999), 5);
        assertEquals(List.of("0 min", "2 min", "4 min", "6 min", "8 min"), labels(minutes));
        assertEquals(List.of(0.0, 240.0, 480.0, 720.0, 960.0), positions(minutes));
        assertEquals(
                List.of("100 s", "102 s", "104 s", "106 s", "108 s", "110 s"),
                labels(bench.labels().over(new Span(200, 220), 6)));
    }

    @Test
    void withoutTimeOrTokensStepsStayWhatTheyAre() {
        Workbench empty = new Workbench(new Replay(Frames.RUN, List.of()));
        for (Axis axis : Axis.values()) {
            empty.axisProperty().set(axis);
            Span span = new Span(0, 100);
            assertEquals(StepLabels.STEPS.over(span, 5), empty.labels().over(span, 5), axis.label());
        }
    }

    /** As of many a log, whose lines have neither; all of them were written at one time. */
    @Test
    void aRunWithoutTimeOrTokensHasSteps() {
        Recording run = new Recording(Frames.RUN);
        for (int step = 0; step < 100; step++) {
            run.accept(at(step, 0));
        }
        Workbench without = new Workbench(Frames.source(run));
        for (Axis axis : Axis.values()) {
            without.axisProperty().set(axis);
            Span span = new Span(0, 99);
            assertEquals(StepLabels.STEPS.over(span, 5), without.labels().over(span, 5), axis.label());
        }
    }

    /** The first steps of a run take long: many seconds lie within a few of them. */
    @Test
    void marksThatWouldLieOnEachOtherAreLeftOut() {
        Recording run = new Recording(Frames.RUN);
        for (int step = 0; step < 100; step++) {
            run.accept(at(step, step < 10 ? 1000L * step : 10_000 + 10L * step));
        }
        Workbench slow = new Workbench(Frames.source(run));
        slow.axisProperty().set(Axis.TIME);
        List<Ticks.Tick> ticks = slow.labels().over(new Span(0, 99), 5);
        for (int i = 1; i < ticks.size(); i++) {
            assertTrue(ticks.get(i).position() - ticks.get(i - 1).position() >= 15, ticks.toString());
        }
    }

    private static Frame at(long step, long millis) {
        Frame plain = Frames.loss(step, 2);
        Scalars loss = new Scalars.Builder().put(Scalars.LOSS, 2).build();
        return new Frame(
                plain.origin(), step, step, Instant.ofEpochMilli(millis), loss, plain.sites(), Optional.empty());
    }

    private static List<String> labels(List<Ticks.Tick> ticks) {
        return ticks.stream().map(Ticks.Tick::label).toList();
    }

    private static List<Double> positions(List<Ticks.Tick> ticks) {
        return ticks.stream().map(Ticks.Tick::position).toList();
    }
}
