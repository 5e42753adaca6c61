package observatory.ui.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import observatory.probe.Batch;
import observatory.probe.Frame;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.source.Replay;
import org.junit.jupiter.api.Test;

class DataModelTest {
    private static final String CANNOT_BE_TOLD = "Whether a sequence stands out cannot be told";

    @Test
    void theFirstBatchIsNotSaidToBeAsUsual() {
        for (long first : List.of(0L, 7L)) {
            DataModel model = model(Frames.batch(first, 2, batch(2.1, 9)));
            String sentence = DataModel.sentence(model.rows());
            assertTrue(sentence.startsWith(CANNOT_BE_TOLD), first + ": " + sentence);
        }
    }

    @Test
    void whatStandsOutFromTheStepsBeforeIsCountedAndWhereElseItWasReadIsTold() {
        DataModel model = model(
                Frames.batch(1, 2, batch(2, 2.1, 1.9)),
                Frames.batch(2, 2, batch(2.1, 2.2, 1.9)),
                Frames.batch(
                        3, 2, new Batch(List.of(new Batch.Sequence("web", 10, 2), new Batch.Sequence("code", 0, 2)))),
                Frames.batch(4, 2, batch(9, 2, 2.1)));
        List<DataModel.Row> rows = model.rows();
        assertEquals(
                "1 of 3 sequences have a loss more than 6 deviations above what is usual."
                        + " The worst was read at step 2 too.",
                DataModel.sentence(rows));
        assertEquals(List.of(0, 2, 1), rows.stream().map(DataModel.Row::number).toList());
        assertEquals(List.of(2L, 1L), rows.get(0).seenAt(), "not the same offset of another source");
        assertEquals(List.of(3L, 2L, 1L), rows.get(2).seenAt());
    }

    @Test
    void whatBrokeIsSkippedAlsoWhereNoBatchBeforeTellsWhatIsUsual() {
        Batch batch = new Batch(List.of(
                new Batch.Sequence("web", 10, 2.1),
                new Batch.Sequence("web", 20, Double.POSITIVE_INFINITY),
                new Batch.Sequence("web", 30, Double.NaN)));
        assertEquals(
                Set.of("source,offset,step", "\"web\",20,7", "\"web\",30,7"),
                model(Frames.batch(7, 2, batch)).skipList().lines().collect(Collectors.toSet()));
    }

    private static DataModel model(Frame... frames) {
        return new DataModel(new Workbench(new Replay(Frames.RUN, List.of(frames))));
    }

    /** Sequences of one source, at 0, 10, 20 and so on. */
    private static Batch batch(double... losses) {
        return new Batch(IntStream.range(0, losses.length)
                .mapToObj(i -> new Batch.Sequence("web", 10L * i, losses[i]))
                .toList());
    }
}
