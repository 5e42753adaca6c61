package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {
    @TempDir
    Path folder;

    @Test
    void writesOneSpikeLogPerIncidentWithTheStepsAroundIt() throws IOException {
        List<Telemetry> items = Recorded.eventful();
        List<String> said = new ArrayList<>();
        FlightRecorder recorder = new FlightRecorder(folder, said::add);
        RunWatch watch = RunWatch.of(Recorded.RUN);
        for (Telemetry item : items) {
            recorder.accept(item);
            watch.accept(item).forEach(recorder::accept);
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> written = files.sorted().toList();
            long worth = watch.incidents().stream()
                    .filter(incident -> incident.severity() != Severity.INFO)
                    .count();
            assertEquals(worth, written.size(), said.toString());
            SpikeLog first = SpikeLog.read(written.getFirst());
            assertEquals(200, first.incident().firstStep());
            assertEquals(200 - 64, first.telemetry().getFirst().step());
        }
        assertTrue(said.stream().allMatch(line -> line.startsWith("spike log: ")), said.toString());
    }

    /** As when the analysis is started again: incidents are read again, and the steps before it stopped are not. */
    @Test
    void whatHasLessOfAnIncidentReplacesNoLog() throws IOException {
        List<Telemetry> items = Recorded.eventful();
        RunWatch watch = RunWatch.of(Recorded.RUN);
        List<Incident> incidents = items.stream()
                .flatMap(item -> watch.accept(item).stream())
                .filter(incident -> incident.firstStep() == 200)
                .toList();
        FlightRecorder recorder = new FlightRecorder(folder, line -> {});
        items.forEach(recorder::accept);
        incidents.forEach(recorder::accept);
        Path log = SpikeLog.file(folder, incidents.getLast());
        byte[] whole = Files.readAllBytes(log);
        for (long from : new long[] {200, Long.MAX_VALUE}) {
            List<String> said = new ArrayList<>();
            FlightRecorder late = new FlightRecorder(folder, said::add);
            items.stream()
                    .filter(item -> item.step() >= from || item instanceof RunEvent)
                    .forEach(late::accept);
            incidents.forEach(late::accept);
            assertArrayEquals(whole, Files.readAllBytes(log));
            assertEquals(List.of(), said);
        }
    }
}
