package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;
import observatory.analysis.Finding;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** How often a source has been gone over, of batches of one sequence of a small source and seven of a large one. */
class RepeatedSourceTest {
    private static final Origin ORIGIN = new Origin(new RunId("run"), 0, new UUID(1, 2), 0);

    private final RepeatedSource detector = new RepeatedSource(Settings.DEFAULTS);

    @Test
    void aSmallSourceIsToldAtFourPassesAndAgainAtEachDoubling() {
        List<Finding> found = found(1000, step -> step < 100, step -> true);
        assertEquals(List.of(401L, 803L), found.stream().map(Finding::step).toList());
        assertEquals(4.01, found.getFirst().magnitude(), 1e-9);
        assertTrue(
                found.getFirst().summary().contains("small has been gone over 4.01 times, the other sources 1 times"),
                found.getFirst()::summary);
    }

    @Test
    void aRunOfManyEpochsRepeatsAllItsSourcesAlike() {
        assertEquals(List.of(), found(2000, step -> step < 100, step -> step < 100));
    }

    @Test
    void aFewDocumentsInManyCopiesAreNotCountedBeforeEnoughIsKnown() {
        List<Finding> found = found(200, step -> step < 2, step -> true);
        assertEquals(128, found.getFirst().step());
        assertEquals(64, found.getFirst().magnitude(), 1e-9);
    }

    /** Steps count from 1; a sequence is new where the predicate of its source says so of the step before. */
    private List<Finding> found(int steps, LongPredicate smallNew, LongPredicate largeNew) {
        List<Finding> found = new ArrayList<>();
        RepeatedSource.State state = detector.start();
        for (long step = 1; step <= steps; step++) {
            List<Batch.Sequence> sequences = new ArrayList<>();
            double[] seen = new double[8];
            int[] at = new int[8];
            for (int i = 0; i < 8; i++) {
                boolean small = i == 3;
                sequences.add(new Batch.Sequence(small ? "small" : "large", step * 8 + i, 2));
                at[i] = i;
                seen[i] = (small ? smallNew : largeNew).test(step - 1) ? 0 : 1;
            }
            Batch batch = new Batch(sequences, List.of(new Column("ngram_seen_fraction", at, seen)));
            Frame frame =
                    new Frame(ORIGIN, step, step, Instant.EPOCH, Scalars.none(), Sites.none(), Optional.of(batch));
            Judgement<RepeatedSource.State> judged = detector.judge(state, frame);
            state = judged.state();
            found.addAll(judged.findings());
        }
        return found;
    }
}
