package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void whatOnePackSamplesIsNoDifferenceAndWhatBothMeasureIs() {
        Frame recorded = frame(2, 4, 13);
        assertEquals(
                Optional.empty(),
                Comparison.of(List.of(recorded), List.of(frame(2, 13, 4))).first());
        assertEquals(
                2.5,
                Comparison.of(List.of(recorded), List.of(frame(2.5, 4, 13)))
                        .first()
                        .orElseThrow()
                        .again());
    }

    @Test
    void eachMicroBatchIsComparedWithItself() {
        Frame recorded = frame(new Column("rms", new int[] {0, 0}, new double[] {2, 3}));
        assertEquals(
                Optional.empty(),
                Comparison.of(List.of(recorded), List.of(recorded)).first());
        Comparison.Difference difference = Comparison.of(
                        List.of(recorded), List.of(frame(new Column("rms", new int[] {0, 0}, new double[] {2, 3.5}))))
                .first()
                .orElseThrow();
        assertEquals(3, difference.recorded());
        assertEquals(3.5, difference.again());
    }

    @Test
    void theLargestMicroBatchStandsForTheStepWhicheverItIs() {
        Signal rms = new Signal("rms", Site.of(Hook.RESIDUAL, 0).label());
        assertEquals(
                9,
                Signals.of(frame(new Column("rms", new int[] {0, 0, 0}, new double[] {2, 9, 3})))
                        .get(rms));
        assertEquals(
                9,
                Signals.of(frame(new Column("rms", new int[] {0, 0, 0}, new double[] {2, 3, 9})))
                        .get(rms));
    }

    private static Frame frame(double rms, double... counts) {
        return frame(
                new Column("histogram_exponent", new int[] {0, 0}, counts),
                new Column("rms", new int[] {0}, new double[] {rms}));
    }

    private static Frame frame(Column... columns) {
        Sites sites = new Sites(List.of(Site.of(Hook.RESIDUAL, 0)), List.of(columns));
        return new Frame(
                new Origin(new RunId("run"), 0, new UUID(1, 1), 0),
                7,
                7,
                Instant.EPOCH,
                new Scalars.Builder().put(Scalars.LOSS, 2).build(),
                sites,
                Optional.empty());
    }
}
