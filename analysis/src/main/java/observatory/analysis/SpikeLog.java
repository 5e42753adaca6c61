package observatory.analysis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import observatory.probe.Telemetry;
import observatory.stream.Codec;
import observatory.stream.CodecException;
import observatory.stream.Json;

/**
 * An incident with everything recorded around it, as a file of JSON lines: first the incident, then each
 * frame and event in the reference encoding. Any line-based tool can read it, and so can every part of this
 * program that reads telemetry.
 */
public record SpikeLog(Incident incident, List<Telemetry> telemetry) {
    /** Steps before and after the incident that belong to it. */
    private static final int MARGIN = 64;

    public SpikeLog {
        telemetry = List.copyOf(telemetry);
    }

    /** What a recording has of an incident. */
    public static SpikeLog of(Incident incident, List<Telemetry> recording) {
        return new SpikeLog(
                incident,
                recording.stream()
                        .filter(item -> item.step() >= incident.firstStep() - MARGIN
                                && item.step() <= incident.lastStep() + MARGIN)
                        .toList());
    }

    /** Where the log of an incident lies in a folder. */
    public static Path file(Path folder, Incident incident) {
        return folder.resolve("spike-%s-%d-%s.jsonl"
                .formatted(
                        incident.run().value(),
                        incident.firstStep(),
                        incident.kind().label()));
    }

    /** Whether it has something of the incident, and a file begins no earlier and has no more. */
    boolean hasMoreThan(Path file) throws IOException {
        if (telemetry.isEmpty()) {
            return false;
        }
        List<Telemetry> there = Files.exists(file) ? read(file).telemetry : List.of();
        return there.isEmpty()
                || telemetry.getFirst().step() <= there.getFirst().step() && telemetry.size() >= there.size();
    }

    /** Writes the file into a folder, whole or not at all, and returns its path. */
    public Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = file(folder, incident);
        Path unfinished = Files.createTempFile(folder, ".spike", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                ObjectNode head =
                        IncidentJson.write(incident).put("type", "spike-log").put("v", 1);
                out.write(Json.mapper().writeValueAsBytes(head));
                for (Telemetry item : telemetry) {
                    out.write('\n');
                    out.write(Codec.json(item));
                }
                out.write('\n');
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        return file;
    }

    /** @throws IOException where the file cannot be read or a line of it is no telemetry, with the line's number */
    public static SpikeLog read(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            Incident incident = IncidentJson.read(Json.mapper().readTree(lines.readLine()));
            List<Telemetry> telemetry = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                telemetry.add(Codec.decode(line.getBytes(StandardCharsets.UTF_8)));
            }
            return new SpikeLog(incident, telemetry);
        } catch (CodecException | IllegalArgumentException e) {
            throw new IOException(file + " is no spike log: " + e.getMessage(), e);
        }
    }
}
