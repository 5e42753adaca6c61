package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.analysis.rules.HealthyCurve;
import observatory.probe.Frame;
import observatory.probe.Origin;
import org.junit.jupiter.api.Test;

/** A run that goes on from its checkpoints is one run to those detectors that have learned what stays true. */
class ResumedRunTest {
    private static final long SEED = 2;

    /** Incidents of a run of every tenth step that goes on in a new process after so many points. */
    private static List<Incident> pages(double[] losses, int process) {
        RunWatch watch = RunWatch.of(Recorded.RUN);
        for (int i = 0; i < losses.length; i++) {
            Frame frame = Recorded.frame(10L * (i + 1), losses[i], 0.4);
            int incarnation = i / process;
            Origin origin = new Origin(Recorded.RUN, incarnation, new UUID(0, incarnation), 0);
            watch.accept(new Frame(
                    origin, frame.seq(), frame.step(), frame.time(), frame.scalars(), frame.sites(), Optional.empty()));
        }
        watch.finish();
        return watch.incidents().stream()
                .filter(incident -> incident.severity() != Severity.INFO)
                .toList();
    }

    @Test
    void aLossThatCreepsUpFromCheckpointToCheckpointIsFound() {
        Random random = new Random(SEED);
        double[] losses = new double[4000];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = 2.6 + 0.0005 * Math.max(0, i - 1000) + 0.05 * random.nextGaussian();
        }
        List<Kind> kinds = pages(losses, 250).stream().map(Incident::kind).toList();
        assertTrue(kinds.contains(Kind.SLOW_DIVERGENCE), "found " + kinds);
    }

    @Test
    void aRunOfTwoSourcesIsNotPagedForThemAfterEachRestart() {
        double[] losses = HealthyCurve.TWO_SOURCES_MIXED.losses(3000, new Random(SEED));
        assertEquals(List.of(), pages(losses, 500));
    }
}
