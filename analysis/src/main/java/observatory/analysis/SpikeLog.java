package observatory.analysis;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Optional;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Json;

/**
 * An incident with everything recorded around it, as a file of JSON lines: first the incident, then each
 * frame and event in the reference encoding. Any line-based tool can read it, and so can every part of this
 * program that reads telemetry.
 */
public record SpikeLog(Incident incident, List<Telemetry> telemetry) {
    /** Steps before and after the incident that belong to it. */
    static final int MARGIN = 64;

    private static final String RECORDS = "records";

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
        return file(folder, incident.run(), incident.firstStep(), incident.kind());
    }

    private static Path file(Path folder, RunId run, long firstStep, Kind kind) {
        return folder.resolve("spike-%s-%d-%s.jsonl".formatted(run.value(), firstStep, kind.label()));
    }

    /** Whether it has something of the incident, and a file is broken, or begins no earlier and has no more. */
    boolean hasMoreThan(Path file) {
        if (telemetry.isEmpty()) {
            return false;
        }
        List<Telemetry> there = whole(file).map(SpikeLog::telemetry).orElse(List.of());
        return there.isEmpty()
                || telemetry.getFirst().step() <= there.getFirst().step() && telemetry.size() >= there.size();
    }

    /** What a file holds; empty where there is none, or not all of what was written. */
    static Optional<SpikeLog> whole(Path file) {
        try {
            Found found = find(file);
            return found.records() == found.log().telemetry.size() ? Optional.of(found.log()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Writes the file into a folder, whole or not at all, and returns its path. */
    public Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = file(folder, incident);
        Path unfinished = Files.createTempFile(folder, ".spike", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                ObjectNode head = IncidentJson.write(incident)
                        .put("type", "spike-log")
                        .put("v", 1)
                        .put(RECORDS, telemetry.size());
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

    /** Deletes the logs of this incident from when it was of another kind. */
    void deleteEarlier(Path folder) throws IOException {
        for (Kind kind : Kind.values()) {
            Path other = file(folder, incident.run(), incident.firstStep(), kind);
            if (kind != incident.kind()
                    && whole(other)
                            .filter(log -> log.incident.id() == incident.id())
                            .isPresent()) {
                Files.delete(other);
            }
        }
    }

    /** @throws IOException where the file cannot be read or a line of it is no telemetry, with the line's number */
    public static SpikeLog read(Path file) throws IOException {
        return find(file).log();
    }

    /** What there is of a log, and how many records were written. */
    private record Found(SpikeLog log, int records) {}

    private static Found find(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String first = lines.readLine();
            if (first == null) {
                throw new IOException(file + " is no spike log: it is empty");
            }
            JsonNode head = Json.mapper().readTree(first);
            Incident incident = IncidentJson.read(head);
            List<Telemetry> telemetry = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                telemetry.add(Codec.decode(line.getBytes(StandardCharsets.UTF_8)));
            }
            // An older version did not say how many there are.
            int records = head.path(RECORDS).asInt(telemetry.size());
            return new Found(new SpikeLog(incident, telemetry), records);
        } catch (CodecException | IllegalArgumentException e) {
            throw new IOException(file + " is no spike log: " + e.getMessage(), e);
        }
    }
}
