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
                Verdicts.of(run, "", true, analysis).sentence());
    }

    @Test
    void beforeTheFirstStepNobodyHasLooked() {
        Analysis analysis = Analysis.of(run);
        assertEquals(0, analysis.lines().size());
        assertEquals("No steps yet", Verdicts.of(run, "", true, analysis).headline());
    }

    /** A run is not healthy because what was found in it is not there yet. */
    @Test
    void whileARunIsReadNobodyCallsItHealthy() {
        run.accept(Frames.loss(1, 2));
        assertEquals(
                "Reading the run", Verdicts.of(run, "", false, Analysis.of(run)).headline());
    }

    @Test
    void aWindowThatIsCutOffSaysSoBesideWhatItKnows() {
        run.accept(Frames.loss(1, 2));
        String sentence = Verdicts.of(run, "Kafka at h:1 does not answer", true, Analysis.of(run))
                .sentence();
        assertTrue(sentence.endsWith("Nothing newer is known: Kafka at h:1 does not answer."), sentence);
    }
}
