package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ByteNgramsTest {
    /** By hand: after "aab", a has been seen twice and b once; in order 0, p(a) = (2 + 2/256) / 5. */
    @Test
    void probabilitiesAreThoseOfTheFormula() {
        ByteNgrams model = new ByteNgrams(1);
        model.learn(StoredTokens.ofText("aab".getBytes()), 3);
        double a = (2 + 2.0 / 256) / 5;
        double b = (1 + 2.0 / 256) / 5;
        // After an a came one a and one b: (1 + 2 p) / 4.
        double expected = -(Math.log((1 + 2 * b) / 4) + Math.log(a)) / 2;
        TokenBatch batch =
                new TokenBatch(List.of(new TokenBatch.Place("x", 0)), 2, new int[] {'a', 'b'}, new int[] {'b', 'a'});
        // Nothing came after b, so a falls back to its own frequency.
        assertEquals(expected, model.loss(batch), 1e-12);
    }

    @Test
    void longerContextsHelpWhereTheyDecide() {
        byte[] text = "the cat sat on the mat. ".repeat(50).getBytes();
        int[] inputs = new int[40];
        int[] targets = new int[40];
        for (int i = 0; i < 40; i++) {
            inputs[i] = text[i];
            targets[i] = text[i + 1];
        }
        TokenBatch batch = new TokenBatch(List.of(new TokenBatch.Place("x", 0)), 40, inputs, targets);
        double before = Double.MAX_VALUE;
        for (int order = 0; order <= 3; order++) {
            ByteNgrams model = new ByteNgrams(order);
            model.learn(StoredTokens.ofText(text), text.length);
            double loss = model.loss(batch);
            assertTrue(loss < before, "order " + order + ": " + loss);
            before = loss;
        }
    }
}
