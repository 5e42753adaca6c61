package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class FactsTest {
    @Test
    void whatOneLooksForFirstStandsFirst() {
        Recording run = new Recording(Frames.RUN);
        run.accept(Frames.loss(1, 2));
        assertEquals(
                List.of("Loss", "Step seconds", "Tokens"),
                Facts.of(new Workbench(Frames.source(run))).rows().stream()
                        .map(Facts.Row::name)
                        .toList());
    }
}
