package observatory.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.RunId;
import observatory.stream.Runs;
import org.junit.jupiter.api.Test;

class HeldTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void topicsWithoutARunAreSaidToHaveNone() {
        assertEquals(
                "the topics hold no runs yet; `observatory train` or `observatory tail LOG` sends one",
                new Held().sentence(List.of(), NOON));
    }

    @Test
    void theNewestAreNamedWithHowTheyStand() {
        Held held = new Held();
        held.accept(incident(1, Kind.LOSS_SPIKE, Severity.WARNING, false));
        held.accept(incident(2, Kind.NON_FINITE, Severity.CRITICAL, false));
        held.accept(incident(3, Kind.RESTART, Severity.INFO, false));
        held.accept(incident(1, Kind.LOSS_SPIKE, Severity.WARNING, true));
        assertEquals(
                "the topics hold 1 run (gpt/1 detached) and 2 incidents (warning loss_spike in gpt, resolved; critical"
                        + " non_finite in gpt); `observatory runs` lists the runs, `observatory dashboard RUN` shows"
                        + " what happened in one",
                held.sentence(List.of(run("gpt", 1, "detached: log read to its end")), NOON));
    }

    @Test
    void ofManyAFewAreNamedAndTheOthersCounted() {
        List<Runs.Run> runs = new ArrayList<>();
        for (int run = 1; run <= 5; run++) {
            runs.add(run("run-" + run, 0, "finished"));
        }
        assertEquals(
                "the topics hold 5 runs (run-5 finished; run-4 finished; run-3 finished; and 2 more) and no incidents;"
                        + " `observatory runs` lists the runs, `observatory dashboard RUN` shows what happened in one",
                new Held().sentence(runs, NOON));
    }

    private static Incident incident(int id, Kind kind, Severity severity, boolean resolved) {
        return new Incident(
                new RunId("gpt"),
                id,
                kind,
                severity,
                "D",
                1,
                1,
                1,
                resolved,
                Verdict.UNDETERMINED,
                "s",
                "e",
                "r",
                Evidence.none());
    }

    private static Runs.Run run(String name, int incarnation, String reason) {
        return new Runs.Run(
                name,
                incarnation,
                Optional.of(NOON),
                Optional.of(NOON),
                Optional.of(reason),
                Optional.of(NOON),
                Optional.of(9L),
                0,
                Map.of());
    }
}
