package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExchangeTest {
    @Test
    void everyRankHasTheSumsOfAll() throws Exception {
        Exchange exchange = new Exchange(2);
        for (int step = 1; step <= 100; step++) {
            double mine = step;
            CompletableFuture<double[]> other = CompletableFuture.supplyAsync(() -> exchange.sums(1, 2 * mine, 1));
            assertArrayEquals(new double[] {3 * mine, 1}, exchange.sums(0, mine, 0));
            assertArrayEquals(new double[] {3 * mine, 1}, other.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void aRankThatComesAfterAnotherHasFailedDoesNotWaitForIt() {
        Exchange exchange = new Exchange(2);
        exchange.abandon();
        assertThrows(IllegalStateException.class, () -> exchange.sums(0, 1));
        assertThrows(IllegalStateException.class, () -> exchange.sums(0, 1), "nor the next time");
    }
}
