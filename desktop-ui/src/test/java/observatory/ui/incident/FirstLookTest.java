package observatory.ui.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class FirstLookTest {
    private final Recording run = new Recording(Frames.RUN);

    FirstLookTest() {
        for (int step = 0; step < 100; step++) {
            run.accept(Frames.layers(step, 2, 1, 1, 1));
        }
    }

    /** A hundred steps after the first NaN every layer is NaN, and none of them tells where it began. */
    @Test
    void ofNumbersThatBrokeTheFirstStepIsShownAndThePlaceWhereTheyBroke() {
        Evidence evidence =
                Evidence.none().with("firstSite", "layer 1 residual").with("nan", 3L);
        Workbench bench = new Workbench(Frames.source(run));
        bench.open(incident(1, Kind.NON_FINITE, Severity.CRITICAL, false, evidence));
        assertEquals(40, bench.stepOfInterest());
        assertEquals(Site.of(Hook.RESIDUAL, 1), bench.siteProperty().get());
    }

    /** The step after it gives a bad batch away, whose own batch is as usual. */
    @Test
    void ofABadBatchTheStepIsShownThatWasTrainedOnIt() {
        Evidence evidence = Evidence.none().with("firstBadStep", 58L).with("source", "web");
        assertEquals(
                new FirstLook(58, Optional.empty()),
                FirstLook.of(incident(1, Kind.BAD_BATCH, Severity.WARNING, true, evidence), run));
        assertEquals(
                new FirstLook(60, Optional.empty()),
                FirstLook.of(incident(1, Kind.LOSS_SPIKE, Severity.WARNING, true, Evidence.none()), run));
    }

    @Test
    void whatGoesOnIsMoreUrgentThanWhatIsOverButForRemarks() {
        run.accept(incident(1, Kind.OVERFLOW, Severity.CRITICAL, true, Evidence.none()));
        run.accept(incident(2, Kind.NOISE_SCALE, Severity.INFO, false, Evidence.none()));
        assertEquals(1, FirstLook.mostUrgent(run).orElseThrow().id());
        run.accept(incident(3, Kind.ATTENTION_GROWTH, Severity.WARNING, false, Evidence.none()));
        assertEquals(3, FirstLook.mostUrgent(run).orElseThrow().id());
    }

    /** Nobody has to press anything to learn what to do. */
    @Test
    void untilAnIncidentIsPickedOutTheMostUrgentIsExplained() {
        Workbench bench = new Workbench(Frames.source(run));
        run.accept(incident(1, Kind.NOISE_SCALE, Severity.INFO, false, Evidence.none()));
        assertEquals(Optional.empty(), bench.currentIncident());
        run.accept(incident(2, Kind.LOSS_SPIKE, Severity.WARNING, false, Evidence.none()));
        assertEquals(2, bench.currentIncident().orElseThrow().id());
        bench.open(run.incidents().getFirst());
        assertEquals(1, bench.currentIncident().orElseThrow().id());
    }

    private static Incident incident(int id, Kind kind, Severity severity, boolean resolved, Evidence evidence) {
        return new Incident(
                Frames.RUN,
                id,
                kind,
                severity,
                "test",
                40,
                80,
                60,
                resolved,
                Verdict.UNDETERMINED,
                "",
                "",
                "",
                evidence);
    }
}
