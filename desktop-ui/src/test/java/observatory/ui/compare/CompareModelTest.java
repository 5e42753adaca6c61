package observatory.ui.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.ui.Frames;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;

class CompareModelTest {
    private static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");

    private final Recording run = new Recording(Frames.RUN);
    private final CompareModel model = new CompareModel(new Workbench(Frames.source(run)));

    /** Eight steps a second, and a run of 15 trillion tokens, of which a float could not tell two steps apart. */
    @Test
    void stepsCloseTogetherInTimeOrTokensStayOneLine() {
        frame(0, 0, 15_000_000_000_000L);
        for (int step = 1; step < 40; step++) {
            frame(step, 125L * step, 1024);
        }
        StepIndex time = over(Alignment.TIME);
        assertEquals(1, time.segments().size());
        assertEquals(4875, time.lastStep(), "milliseconds");
        StepIndex tokens = over(Alignment.TOKENS);
        assertEquals(1, tokens.segments().size());
        assertEquals(15_000_000_000_000L + 39 * 1024, tokens.lastStep());
    }

    @Test
    void stepsOfOneMomentStayOneLine() {
        frame(0, 0, 1000);
        frame(1, 0, 1000);
        frame(2, 0, 1000);
        assertEquals(1, over(Alignment.TIME).segments().size());
    }

    @Test
    void aRunThatTellsNoTokensHasNoPlaceAmongThem() {
        frame(0, 0, 0);
        model.alignmentProperty().set(Alignment.TOKENS);
        assertTrue(model.plot().traces().isEmpty());
    }

    /** Of forty open runs six are compared, and never without the one that a person looks at. */
    @Test
    void theRunInViewIsComparedInAnyCase() {
        Workbench bench = new Workbench(Frames.source(run));
        for (int i = 0; i < 39; i++) {
            bench.sources().add(Frames.source(new Recording(new RunId("run-" + i))));
        }
        CompareModel many = new CompareModel(bench);
        assertEquals(bench.sources().get(5).recording(), many.runs().getLast());
        bench.choose(bench.sources().get(30));
        assertEquals(CompareModel.MOST, many.runs().size());
        assertEquals(bench.run(), many.runs().getLast());
        assertTrue(many.divergence().contains("Of 40 open runs"), many.divergence());
    }

    private StepIndex over(Alignment alignment) {
        model.alignmentProperty().set(alignment);
        return model.plot().traces().getFirst().index();
    }

    private void frame(long step, long millis, long tokens) {
        Frame plain = Frames.loss(step, 2);
        Scalars scalars = new Scalars.Builder()
                .put(Scalars.LOSS, 2)
                .put(Scalars.TOKENS, tokens)
                .build();
        run.accept(new Frame(
                plain.origin(), step, step, BEGIN.plusMillis(millis), scalars, Sites.none(), Optional.empty()));
    }
}
