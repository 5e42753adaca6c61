package observatory.trainer.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import observatory.trainer.Corpus;
import observatory.trainer.Sampling.Draw;
import org.junit.jupiter.api.Test;

class FirstBatchAgainTest {
    @Test
    void everyRankReadsItsOwnPartOfTheFirstBatch() {
        for (int rank = 0; rank < 3; rank++) {
            Draw planned = new Draw(120 + 4 * rank, 4, 16, Map.of());
            assertEquals(
                    new Draw(4 * rank, 4, 16, Map.of()),
                    new FirstBatchAgain().instead(planned, new Corpus(List.of()), new Pathology.Copy(rank, 3)));
        }
    }
}
