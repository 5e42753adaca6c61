package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpikeLogTest {
    @TempDir
    Path folder;

    @Test
    void comesBackFromItsFile() throws IOException {
        List<Telemetry> items = Recorded.eventful();
        RunWatch watch = RunWatch.of(Recorded.RUN);
        items.forEach(watch::accept);
        Incident incident = watch.incidents().getFirst();
        SpikeLog log = SpikeLog.of(incident, items);
        assertEquals(200 - 64, log.telemetry().getFirst().step());
        assertEquals(202 + 64, log.telemetry().getLast().step());
        Path file = log.write(folder);
        assertEquals("spike-recorded-200-loss_spike.jsonl", file.getFileName().toString());
        assertEquals(log, SpikeLog.read(file));
    }

    @Test
    void whatIsNoSpikeLogIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("other.jsonl"), "{\"loss\": 2}\n");
        assertThrows(IOException.class, () -> SpikeLog.read(file));
    }
}
