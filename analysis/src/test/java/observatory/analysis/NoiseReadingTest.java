package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class NoiseReadingTest {
    private static List<Frame> run(int steps, List<String> names, double... values) {
        Origin origin = new Origin(Recorded.RUN, 0, new UUID(0, 1), 0);
        return LongStream.rangeClosed(1, steps)
                .mapToObj(step -> new Frame(
                        origin,
                        step,
                        step,
                        Instant.EPOCH,
                        new Scalars(names, values.clone()),
                        Sites.none(),
                        Optional.empty()))
                .toList();
    }

    private static List<Frame> measured(int steps, double square) {
        return run(
                steps,
                List.of("gradient_noise_square", "gradient_noise_trace", Scalars.LOSS, Scalars.BATCH_SEQUENCES),
                square,
                20,
                2.5,
                8);
    }

    @Test
    void saysTheScaleInTokensAsAPlanAsksForItAndWhatTheBatchCosts() {
        String words = NoiseReading.of(measured(256, 2)).words(128).orElseThrow();
        assertTrue(words.contains("10 sequences"), words);
        assertTrue(words.endsWith("--noise-scale 1280 --noise-loss 2.500"), words);
        // At b = 8 of B = 10: 1 + 10/8 the fewest steps, 1 + 8/10 the fewest tokens.
        assertTrue(words.contains("2.25 x the least steps and 1.8 x the least tokens"), words);
    }

    @Test
    void saysWhyThereIsNone() {
        assertEquals(
                Optional.empty(),
                NoiseReading.of(run(256, List.of(Scalars.LOSS), 2.5)).words(128));
        String few = NoiseReading.of(measured(100, 2)).words(128).orElseThrow();
        assertTrue(few.contains("from the 100 steps that measured it: it takes 128"), few);
        String drowned = NoiseReading.of(measured(256, -1)).words(128).orElseThrow();
        assertTrue(drowned.contains("cannot be told from zero"), drowned);
    }
}
