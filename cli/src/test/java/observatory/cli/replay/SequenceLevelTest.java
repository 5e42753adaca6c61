package observatory.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import observatory.probe.Batch;
import observatory.probe.Column;
import org.junit.jupiter.api.Test;

/** Departures of sequences, against the noise that their losses were made with. */
class SequenceLevelTest {
    private static final double NOISE = 0.2;

    private static Batch batch(double[] varieties, double[] losses) {
        List<Batch.Sequence> sequences = new ArrayList<>();
        int[] at = new int[losses.length];
        for (int i = 0; i < losses.length; i++) {
            sequences.add(new Batch.Sequence("text", i, losses[i]));
            at[i] = i;
        }
        Batch plain = new Batch(sequences);
        return varieties.length == 0 ? plain : plain.with(List.of(new Column("token_entropy", at, varieties)));
    }

    /** Losses of 1 + entropy, with noise. */
    private static SequenceLevel.Levels levels() {
        Random random = new Random(7);
        double[] varieties = random.doubles(600, 1, 3).toArray();
        double[] losses = new double[varieties.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = 1 + varieties[i] + NOISE * random.nextGaussian();
        }
        return SequenceLevel.of(Stream.of(batch(varieties, losses)));
    }

    @Test
    void bothDeparturesCountAndTheirGeometricMeanIsTold() {
        SequenceLevel.Levels levels = levels();
        SequenceLevel own = levels.bySource().get("text");
        assertEquals(1, own.slope(), 0.1, "as the losses were made");
        assertEquals(NOISE, own.spread(), 0.04);
        double[] told = levels.departures(batch(new double[] {3, 1, 1}, new double[] {4, 2, 5}));
        assertTrue(told[0] < 2, "hard but no harder than its variety says: " + told[0]);
        assertTrue(told[1] < 1, "easy, as its variety says: " + told[1]);
        double plain = (5 - own.middle()) / own.scale();
        assertEquals(Math.sqrt(plain * 3 / NOISE), told[2], 0.15 * told[2], "three above its line");
    }

    @Test
    void withoutVarietyTheLossAloneIsMeasured() {
        double[] losses = new Random(8).doubles(100, 2, 3).toArray();
        SequenceLevel.Levels levels = SequenceLevel.of(Stream.of(batch(new double[0], losses)));
        double[] told = levels.departures(batch(new double[0], new double[] {2.5, 4.5, Double.NaN}));
        assertEquals(0, told[0], 0.3);
        assertEquals(2 / (1.4826 * 0.25), told[1], 1, "of a uniform spread of one");
        assertEquals(Double.MAX_VALUE, told[2]);
    }

    @Test
    void aSourceOfFewSequencesIsMeasuredByAll() {
        SequenceLevel.Levels levels = levels();
        Batch other = new Batch(List.of(new Batch.Sequence("new", 0, 3)));
        assertTrue(levels.bySource().containsKey("text") && !levels.bySource().containsKey("new"));
        assertTrue(Double.isFinite(levels.departures(other)[0]));
    }
}
