package observatory.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.cli.Colours;
import observatory.cli.Console;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;

class TerminalViewTest {
    @Test
    void ofManyIncidentsTheWorstAreShownAndTheOthersCounted() {
        List<Incident> incidents = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            incidents.add(incident(i, i == 3 ? Severity.CRITICAL : Severity.INFO));
        }
        List<String> lines = new TerminalView(new Console(System.out, System.err, false, Colours.NONE, Colours.NONE))
                .lines(incidents);
        assertEquals(9, lines.size());
        assertTrue(lines.getFirst().startsWith("▲ critical loss_spike  incident 3"), lines.getFirst());
        assertEquals("● info loss_spike  incident 30", lines.get(7));
        assertEquals("  and 22 more", lines.getLast());
    }

    private static Incident incident(int id, Severity severity) {
        return new Incident(
                new RunId("r"),
                id,
                Kind.LOSS_SPIKE,
                severity,
                "LossSpike",
                id,
                id,
                id,
                false,
                Verdict.UNDETERMINED,
                "incident " + id,
                "",
                "",
                Evidence.none());
    }
}
