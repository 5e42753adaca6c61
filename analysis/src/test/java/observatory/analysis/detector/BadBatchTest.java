package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.probe.Batch;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** Batches of eight sequences of one source, whose losses scatter by 0.3 nat. */
class BadBatchTest {
    private static final int SEQUENCES = 8;
    private static final int AT = 300;
    private static final int STEPS = 400;

    @Test
    void aBatchOfGarbageIsFound() {
        assertEquals(1, found(new double[] {6, 6, 6, 6, 6, 6, 6, 6}).size());
    }

    @Test
    void aBatchThatIsGarbageForTheGreaterPartIsFound() {
        assertEquals(1, found(new double[] {6, 6, 6, 6, 6, 0, 0, 0}).size());
    }

    /** The others are a little high by chance, as they are in one batch of some hundred. */
    @Test
    void oneWildDocumentIsNoBadBatch() {
        assertEquals(List.of(), found(new double[] {20, 0.4, 0.4, 0.4, 0.4, 0, 0, 0}));
    }

    /** @param added to the losses of the sequences at step {@link #AT} */
    private static List<Finding> found(double[] added) {
        Random random = new Random(5);
        BadBatch detector = new BadBatch(Settings.DEFAULTS);
        BadBatch.State state = detector.start();
        List<Finding> found = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            List<Batch.Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                double noise = step == AT ? 0 : 0.3 * random.nextGaussian();
                sequences.add(new Batch.Sequence(
                        "web", (long) SEQUENCES * step + i, 2.4 + noise + (step == AT ? added[i] : 0)));
            }
            Frame frame = new Frame(
                    Recorded.ORIGIN,
                    step,
                    step,
                    Instant.EPOCH.plusSeconds(step),
                    new Scalars.Builder().put(Scalars.LOSS, 2.4).build(),
                    Sites.none(),
                    Optional.of(new Batch(sequences)));
            Judgement<BadBatch.State> judged = detector.judge(state, frame);
            state = judged.state();
            found.addAll(judged.findings());
        }
        return found;
    }
}
