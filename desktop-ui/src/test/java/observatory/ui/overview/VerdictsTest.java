package observatory.ui.overview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import observatory.ui.Frames;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private final Recording run = new Recording(Frames.RUN);

    /** A log of losses alone is no proof of health. */
    @Test
    void whereFewDetectorsCanLookTheVerdictSaysSo() {
        run.accept(Frames.loss(1, 2));
        Analysis analysis = Analysis.of(run);
        long fine = analysis.count(Analysis.State.FINE);
        long blind = analysis.count(Analysis.State.NOT_APPLICABLE);
        assertTrue(fine > 0 && blind > fine, fine + " fine, " + blind + " blind");
        assertEquals(
                "No incident in 1 step; " + blind + " of " + (fine + blind) + " detectors had nothing to look at.",
                Verdicts.of(run, "", analysis).sentence());
    }

    @Test
    void beforeTheFirstStepNobodyHasLooked() {
        Analysis analysis = Analysis.of(run);
        assertEquals(0, analysis.lines().size());
        assertEquals("No steps yet", Verdicts.of(run, "", analysis).headline());
    }
}
