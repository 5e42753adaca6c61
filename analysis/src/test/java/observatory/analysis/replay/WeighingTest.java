package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.analysis.Verdict;
import observatory.analysis.replay.Weighing.Factor;
import org.junit.jupiter.api.Test;

/** From strengths of a symptom to a verdict, in the cases that matter. */
class WeighingTest {
    private static final double[] SPIKE = {30.0, 30.1, 29.9, 30.05, 29.95, 30.02};
    private static final double[] STAYS = {29.97, 30.08, 30.0, 29.9, 30.1, 30.03};
    private static final double[] GONE = {1.0, 0.2, 1.5, 0.7, 0, 0.4};

    /** What the batches of the incident, and others, do to an earlier state: as much as now, and nothing. */
    private static final Weighing.Earlier EVERYWHERE = new Weighing.Earlier(28, 1);

    private static final Weighing.Earlier HERE = new Weighing.Earlier(2, 1);

    private static Weighing.Varied varied(Factor factor, double... strengths) {
        return new Weighing.Varied(factor, factor.name(), strengths);
    }

    @Test
    void otherBatchesThatRemoveItAndAnEarlierStateThatShowsItAreData() {
        Weighing.Decision decision =
                Weighing.of(SPIKE, List.of(varied(Factor.DATA, GONE), varied(Factor.RATE, STAYS)), EVERYWHERE);
        assertEquals(Verdict.DATA_DRIVEN, decision.verdict());
        assertEquals(2.0 / 924, decision.errorProbability(), 1e-12, "one split of 924, twice for two factors");
    }

    @Test
    void theSameBatchThatDoesNothingToAnEarlierStateIsNotTheDataAlone() {
        Weighing.Decision alone = Weighing.of(SPIKE, List.of(varied(Factor.DATA, GONE)), HERE);
        assertEquals(Verdict.UNDETERMINED, alone.verdict());
        Weighing.Decision rate =
                Weighing.of(SPIKE, List.of(varied(Factor.DATA, GONE), varied(Factor.RATE, GONE)), HERE);
        assertEquals(Verdict.OPTIMISER, rate.verdict());
    }

    @Test
    void otherBatchesThatRemoveItAreNotDataWhereTheTimeWasUpBeforeAnEarlierStateWasTried() {
        Weighing.Decision decision = Weighing.of(SPIKE, List.of(varied(Factor.DATA, GONE)), Weighing.Earlier.NOT_RUN);
        assertEquals(Verdict.UNDETERMINED, decision.verdict());
        assertTrue(decision.because().contains("--budget"), decision.because());
    }

    @Test
    void changedSettingsThatExplainItAreNeverData() {
        List<Weighing.Varied> both = List.of(varied(Factor.DATA, GONE), varied(Factor.SETTINGS, GONE));
        assertEquals(Verdict.OPTIMISER, Weighing.of(SPIKE, both, HERE).verdict());
        assertEquals(
                Verdict.OPTIMISER,
                Weighing.of(SPIKE, both, Weighing.Earlier.NOT_RUN).verdict());
        Weighing.Decision crossed = Weighing.of(SPIKE, both, EVERYWHERE);
        assertEquals(Verdict.UNDETERMINED, crossed.verdict(), "either removes it, and the batch needs no change");
        assertEquals(1, crossed.errorProbability());
    }

    @Test
    void anEarlierStateThatHasTheSymptomWithAnyBatchSaysNothingOfThisOne() {
        Weighing.Earlier young = new Weighing.Earlier(28, 27);
        assertEquals(
                Verdict.UNDETERMINED,
                Weighing.of(SPIKE, List.of(varied(Factor.DATA, GONE)), young).verdict());
    }

    @Test
    void whatNothingRemovesIsUndetermined() {
        Weighing.Decision decision =
                Weighing.of(SPIKE, List.of(varied(Factor.DATA, STAYS), varied(Factor.PRECISION, STAYS)), EVERYWHERE);
        assertEquals(Verdict.UNDETERMINED, decision.verdict());
        assertEquals(1, decision.errorProbability());
        assertTrue(decision.because().contains("DATA"), decision::because);
    }

    @Test
    void halfOfASymptomIsNotEnoughAndNeitherAreTwoRepeats() {
        double[] half = {16, 16, 16, 16, 16, 16};
        assertEquals(
                Verdict.UNDETERMINED,
                Weighing.of(SPIKE, List.of(varied(Factor.DATA, half)), EVERYWHERE)
                        .verdict());
        double[] few = {30, 30.1};
        assertEquals(
                Verdict.UNDETERMINED,
                Weighing.of(few, List.of(varied(Factor.DATA, 0, 0.1)), EVERYWHERE)
                        .verdict());
    }
}
