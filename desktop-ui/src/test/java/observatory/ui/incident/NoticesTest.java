package observatory.ui.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.ui.Connection;
import observatory.ui.Frames;
import observatory.ui.Source;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class NoticesTest {
    private final Recording run = new Recording(Frames.RUN);
    private final List<Kind> silenced = new ArrayList<>();
    private final Notices notices = new Notices(incident -> silenced.contains(incident.kind()));

    @Test
    void whatOpensWhileOneWatchesIsNewsOnceAndWhatWasThereBeforeIsNot() {
        incident(1, Kind.LOSS_SPIKE, Severity.WARNING);
        Source source = Frames.source(run);
        assertEquals(List.of(), ids(source));
        incident(2, Kind.OVERFLOW, Severity.CRITICAL);
        incident(3, Kind.LOSS_SPIKE, Severity.INFO);
        assertEquals(List.of(2), ids(source));
        assertEquals(List.of(), ids(source));
    }

    @Test
    void whatIsSilencedIsNoNewsThenNorLater() {
        Source source = Frames.source(run);
        assertEquals(List.of(), ids(source));
        silenced.add(Kind.LOSS_SPIKE);
        incident(1, Kind.LOSS_SPIKE, Severity.WARNING);
        assertEquals(List.of(), ids(source));
        silenced.clear();
        assertEquals(List.of(), ids(source));
    }

    @Test
    void whileThePastOfARunIsReadNothingOfItIsNews() {
        boolean[] caughtUp = {false};
        Source source = new Source() {
            @Override
            public Recording recording() {
                return run;
            }

            @Override
            public Connection connection() {
                return Connection.recording();
            }

            @Override
            public boolean caughtUp() {
                return caughtUp[0];
            }
        };
        assertEquals(List.of(), ids(source));
        incident(1, Kind.OVERFLOW, Severity.CRITICAL);
        assertEquals(List.of(), ids(source));
        caughtUp[0] = true;
        assertEquals(List.of(), ids(source));
        incident(2, Kind.OVERFLOW, Severity.CRITICAL);
        assertEquals(List.of(2), ids(source));
    }

    @Test
    void atMostThreeAtOnceTheLatest() {
        Source source = Frames.source(run);
        assertEquals(List.of(), ids(source));
        for (int id = 1; id <= 5; id++) {
            incident(id, Kind.OVERFLOW, Severity.CRITICAL);
        }
        assertEquals(List.of(3, 4, 5), ids(source));
    }

    private List<Integer> ids(Source source) {
        return notices.fresh(source).stream().map(Incident::id).toList();
    }

    private void incident(int id, Kind kind, Severity severity) {
        run.accept(new Incident(
                Frames.RUN,
                id,
                kind,
                severity,
                "test",
                10,
                12,
                11,
                false,
                Verdict.UNDETERMINED,
                "",
                "",
                "",
                Evidence.none()));
    }
}
