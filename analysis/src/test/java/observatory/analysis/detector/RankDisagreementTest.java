package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Recorded;
import observatory.analysis.RunWatch;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** Runs of some ranks that log a gradient norm each. */
class RankDisagreementTest {
    private static final int AT = 60;
    private static final int STEPS = 80;

    /** What a rank logs of a step, of the norm that all have. */
    private interface Norm {
        double of(int rank, int step, double all);
    }

    @Test
    void theRankThatIsOffIsNamedWhicheverItIs() {
        for (int odd : new int[] {0, 3, 7}) {
            Incident found = only(8, (rank, step, all) -> rank == odd && step >= AT ? 1.001 * all : all);
            assertEquals(AT, found.firstStep());
            assertEquals((long) odd, found.evidence().facts().get("rank"));
            assertTrue(found.summary().contains("rank " + odd + " disagrees with the others"), found.summary());
        }
    }

    @Test
    void ofTwoRanksNoneIsNamed() {
        Incident found = only(2, (rank, step, all) -> rank == 1 && step >= AT ? 1.5 * all : all);
        assertTrue(found.summary().contains("the two ranks disagree on the gradient norm, by 0.5"), found.summary());
        assertTrue(!found.evidence().facts().containsKey("rank"), found::toString);
    }

    @Test
    void aNormThatOneRankAloneHasNotFiniteIsOfThatRank() {
        Incident found = only(4, (rank, step, all) -> rank == 2 && step == AT ? Double.NaN : all);
        assertEquals(2L, found.evidence().facts().get("rank"));
        assertEquals(Verdict.HARDWARE, found.verdict());
        List<Incident> numbers =
                found(Kind.NON_FINITE, 4, (rank, step, all) -> rank == 2 && step == AT ? Double.NaN : all);
        assertEquals(
                "At step 60 values were not finite, first in the loss or the gradient of rank 2.",
                numbers.getFirst().summary());
    }

    @Test
    void normsOfTheirOwnPartsAreNone() {
        Random random = new Random(1);
        List<Incident> found =
                found(Kind.RANK_DISAGREEMENT, 4, (rank, step, all) -> all * Math.exp(0.1 * random.nextGaussian()));
        assertEquals(List.of(), found);
    }

    @Test
    void normsThatAreFiniteNowhereAgree() {
        List<Incident> found =
                found(Kind.RANK_DISAGREEMENT, 4, (rank, step, all) -> step == AT ? Double.POSITIVE_INFINITY : all);
        assertEquals(List.of(), found);
    }

    private static Incident only(int ranks, Norm norm) {
        List<Incident> found = found(Kind.RANK_DISAGREEMENT, ranks, norm);
        assertEquals(1, found.size(), found::toString);
        return found.getFirst();
    }

    private static List<Incident> found(Kind kind, int ranks, Norm norm) {
        Random random = new Random(7);
        RunWatch watch = RunWatch.of(Recorded.RUN);
        for (int step = 1; step <= STEPS; step++) {
            double all = 0.4 * Math.exp(0.1 * random.nextGaussian());
            for (int rank = 0; rank < ranks; rank++) {
                watch.accept(new Frame(
                        new Origin(Recorded.RUN, 0, new UUID(0, rank), rank),
                        step,
                        step,
                        Instant.EPOCH.plusSeconds(step),
                        new Scalars.Builder()
                                .put(Scalars.LOSS, 2)
                                .put(Scalars.GRADIENT_NORM, norm.of(rank, step, all))
                                .build(),
                        Sites.none(),
                        Optional.empty()));
            }
        }
        watch.finish();
        List<Incident> found = new ArrayList<>(watch.incidents());
        found.removeIf(incident -> incident.kind() != kind);
        return found;
    }
}
