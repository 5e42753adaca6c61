package observatory.ui.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import observatory.probe.Batch;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.source.Replay;
import org.junit.jupiter.api.Test;

class DataModelTest {
    @Test
    void whatBrokeIsSkippedAlsoWhereNoBatchBeforeTellsWhatIsUsual() {
        Batch batch = new Batch(List.of(
                new Batch.Sequence("web", 10, 2.1),
                new Batch.Sequence("web", 20, Double.POSITIVE_INFINITY),
                new Batch.Sequence("web", 30, Double.NaN)));
        Workbench bench = new Workbench(new Replay(Frames.RUN, List.of(Frames.batch(7, 2, batch))));
        assertEquals(
                Set.of("source,offset,step", "\"web\",20,7", "\"web\",30,7"),
                new DataModel(bench).skipList().lines().collect(Collectors.toSet()));
    }
}
