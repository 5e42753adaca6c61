package observatory.ui.noise;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NoiseModelTest {
    @Test
    void aBatchThatCostsFourTimesTheStepsIsInBalanceNoMore() {
        assertTrue(NoiseModel.regime(0.34, 100).startsWith("in balance"));
        String small = NoiseModel.regime(0.25, 64);
        assertTrue(small.startsWith("small. The run takes about 5 times the fewest steps and 1.25 times"), small);
        assertTrue(small.contains("up to about 64"), small);
        assertTrue(NoiseModel.regime(2.9, 100).startsWith("in balance"));
        assertTrue(
                NoiseModel.regime(4, 100).startsWith("large. The run takes about 1.25 times"),
                NoiseModel.regime(4, 100));
    }
}
