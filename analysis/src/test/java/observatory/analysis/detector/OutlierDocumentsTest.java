package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Recorded;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.probe.Batch;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

/** Runs of 1,000 steps of eight sequences, half of them of one source and half of another, some of which are garbage. */
class OutlierDocumentsTest {
    private static final int STEPS = 1000;
    private static final int AT = 300;
    private static final double GARBAGE = 6;

    @Test
    void threePercentGarbageOfOneSourceIsOneIncidentThatGrowsGraver() {
        for (long seed = 1; seed <= 5; seed++) {
            List<Incident> found = found(seed, step -> step < AT ? 0 : 0.03, step -> 0);
            assertEquals(1, found.size(), "seed " + seed + ": " + found);
            Incident one = found.getFirst();
            assertEquals(Severity.WARNING, one.severity());
            assertEquals("web", one.evidence().facts().get("source"));
            assertTrue(one.firstStep() >= AT && one.lastStep() > STEPS - 80, one::steps);
            assertTrue(one.summary().matches("In steps [\\d,]+ to [\\d,]+, \\d+ sequences of web .*"), one.summary());
        }
    }

    @Test
    void aFewDocumentsOfASourceAreOneRemarkThatCountsThem() {
        List<Incident> found = found(1, step -> step == 300 || step == 340 || step == 400 ? 0.25 : 0, step -> 0);
        assertEquals(1, found.size(), found::toString);
        assertEquals(Severity.INFO, found.getFirst().severity());
        assertTrue(found.getFirst().summary().startsWith("In steps 300 to 400, 3 sequences of web"), found::toString);
    }

    @Test
    void documentsOfTwoSourcesAreTwoRemarksAndThoseLongAfterAreNew() {
        List<Incident> found = found(2, step -> step == 300 || step == 900 ? 0.25 : 0, step -> step == 320 ? 0.25 : 0);
        assertEquals(
                List.of(300L, 320L, 900L),
                found.stream().map(Incident::firstStep).toList(),
                found::toString);
    }

    /** What all sources have alike is no source's fault. */
    @Test
    void garbageEverywhereIsRemarkedAndNoMore() {
        for (Incident one : found(1, step -> step < AT ? 0 : 0.03, step -> step < AT ? 0 : 0.03)) {
            assertEquals(Severity.INFO, one.severity(), one::summary);
        }
    }

    @Test
    void aSourceWithRareOddDocumentsFromTheBeginningIsRemarkedAndNoMore() {
        for (long seed = 1; seed <= 5; seed++) {
            for (Incident one : found(seed, step -> 0.002, step -> 0)) {
                assertEquals(Severity.INFO, one.severity(), one::summary);
            }
        }
    }

    /** The state of the model lifts all of a batch. */
    @Test
    void aLossSpikeOfTheModelIsNoDocument() {
        assertEquals(
                List.of(),
                found(1, step -> step == 500 ? 1 : 0, step -> step == 500 ? 1 : 0).stream()
                        .filter(one -> one.detector().equals("OutlierDocuments"))
                        .toList());
    }

    @Test
    void theChanceIsTheTailOfABinomialLaw() {
        FarSequences source = FarSequences.none();
        for (int i = 1; i <= 400; i++) {
            source = source.with(i, i % 100 == 0 ? 7 : 0, false);
        }
        double tail = 1 - new BinomialDistribution(400, 1e-3).cumulativeProbability(3);
        assertEquals(tail, source.chance(0), 1e-12);
        double ofOthers = 1 - new BinomialDistribution(400, 0.02).cumulativeProbability(3);
        assertEquals(ofOthers, source.chance(0.02), 1e-12);
    }

    @Test
    void whatStandsOutIsNotLearnedAsUsual() {
        FarSequences learned = FarSequences.none();
        FarSequences kept = FarSequences.none();
        for (int i = 1; i <= 5000; i++) {
            learned = learned.with(i, i % 20 == 0 ? 7 : 0, false);
            kept = kept.with(i, i % 20 == 0 ? 7 : 0, true);
        }
        assertTrue(learned.chance(0) > 0.1, () -> "5 % as ever");
        assertTrue(kept.chance(0) < 1e-20, () -> "5 % where none were");
        assertEquals(0.05, kept.share(), 0.002);
    }

    /**
     * Of a slow fall of the loss.
     *
     * @param web share of garbage in the sequences of the first source by step; whole sequences where it is 0.25 or 1
     */
    private static List<Incident> found(long seed, LongToDoubleFunction web, LongToDoubleFunction books) {
        Random random = new Random(seed);
        RunWatch watch = RunWatch.of(Recorded.RUN);
        for (long step = 1; step <= STEPS; step++) {
            List<Batch.Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                double share = (i < 4 ? web : books).applyAsDouble(step);
                boolean garbage = share >= 0.25 ? i % 4 < 4 * share : random.nextDouble() < share;
                double loss = 2.4 + Math.exp(-step / 100.0) + 0.3 * random.nextGaussian() + (garbage ? GARBAGE : 0);
                sequences.add(new Batch.Sequence(i < 4 ? "web" : "books", 10_000 * step + i, loss));
            }
            watch.accept(new Frame(
                    Recorded.ORIGIN,
                    step,
                    step,
                    Instant.EPOCH,
                    Scalars.none(),
                    Sites.none(),
                    Optional.of(new Batch(sequences))));
        }
        watch.finish();
        return watch.incidents().stream()
                .filter(one -> one.kind() == Kind.DATA_OUTLIER)
                .toList();
    }
}
