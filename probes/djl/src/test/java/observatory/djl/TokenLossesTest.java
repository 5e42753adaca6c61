package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenLossesTest {
    private NDManager manager;

    @BeforeEach
    void begin() {
        LibTorch.assume();
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void end() {
        if (manager != null) {
            manager.close();
        }
    }

    /** Against sums in double; tokens in sequences, labels as whole or broken numbers. */
    @Test
    void lossesAndLogZAreThoseOfTheirFormula() {
        SplittableRandom random = new SplittableRandom(3);
        int classes = 37;
        float[] data = new float[4 * 5 * classes];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) (20 * random.nextGaussian());
        }
        int[] classOf = random.ints(20, 0, classes).toArray();
        NDArray logits = manager.create(data, new Shape(4, 5, classes));
        NDArray labels = manager.create(classOf, new Shape(4, 5));
        int before = manager.getManagedArrays().size();
        TokenLosses of = TokenLosses.of(logits, labels).orElseThrow();
        assertEquals(before, manager.getManagedArrays().size(), "arrays that are left");
        double all = 0;
        for (int token = 0; token < 20; token++) {
            double sum = 0;
            for (int i = 0; i < classes; i++) {
                sum += Math.exp(data[token * classes + i]);
            }
            double logZ = Math.log(sum);
            double loss = logZ - data[token * classes + classOf[token]];
            assertEquals(logZ, of.logZ().data()[token], 1e-5);
            assertEquals(loss, of.losses()[token], 1e-5);
            all += loss;
        }
        assertEquals(all / 20, of.mean(0, 20), 1e-5);
    }

    @Test
    void whereLabelsAreNoClassesThereIsNoLossOfTokens() {
        NDArray logits = manager.create(new float[] {0, 1, 2, 3}, new Shape(2, 2));
        assertTrue(TokenLosses.of(logits, manager.create(new int[] {1, -1})).isEmpty(), "padding");
        assertTrue(TokenLosses.of(logits, manager.create(new int[] {1, 2})).isEmpty(), "too large");
        assertTrue(TokenLosses.of(logits, manager.create(new float[] {1, .5f})).isEmpty(), "a share");
        assertTrue(TokenLosses.of(logits, manager.create(new int[] {1})).isEmpty(), "one for both");
    }

    @Test
    void aClassThatIsRuledOutLeavesTheSumOfTheOthers() {
        NDArray logits = manager.create(new float[] {Float.NEGATIVE_INFINITY, 2, 0, 0}, new Shape(2, 2));
        TokenLosses of =
                TokenLosses.of(logits, manager.create(new int[] {0, 1})).orElseThrow();
        assertEquals(Float.POSITIVE_INFINITY, of.losses()[0]);
        assertEquals(2, of.logZ().data()[0], 1e-6);
        assertEquals(Math.log(2), of.logZ().data()[1], 1e-6);
    }
}
