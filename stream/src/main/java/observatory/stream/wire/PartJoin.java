package observatory.stream.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/**
 * Puts the parts of large frames together again. Parts come in order, so a frame is whole with its last part; a frame
 * of which a part is missing never is, and its reader sees a gap in the numbers. Belongs to one thread.
 */
public final class PartJoin {
    private final Map<Origin, List<Part>> open = new LinkedHashMap<>();

    /** The item that this part completes; empty while others are to come. */
    public Optional<Telemetry> add(Part part) {
        if (part.parts() == 1) {
            return Optional.of(part.item());
        }
        Origin origin = part.item().origin();
        List<Part> parts = open.computeIfAbsent(origin, o -> new ArrayList<>());
        if (!parts.isEmpty() && parts.getFirst().item().seq() != part.item().seq()) {
            parts.clear();
        }
        if (part.part() < parts.size()) {
            return Optional.empty(); // Sent twice.
        }
        if (part.part() > parts.size()) {
            open.remove(origin);
            return Optional.empty();
        }
        parts.add(part);
        if (parts.size() < part.parts()) {
            return Optional.empty();
        }
        open.remove(origin);
        return Optional.of(join(parts));
    }

    /** Whether parts of a frame have come and others have not. */
    public boolean waits() {
        return !open.isEmpty();
    }

    private static Frame join(List<Part> parts) {
        List<Site> sites = new ArrayList<>();
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        List<Batch.Sequence> sequences = new ArrayList<>();
        Map<String, List<Column>> batchColumns = new LinkedHashMap<>();
        for (Part part : parts) {
            Frame frame = (Frame) part.item();
            collect(frame.sites().columns(), sites.size(), columns);
            sites.addAll(frame.sites().sites());
            frame.batch().ifPresent(batch -> {
                collect(batch.columns(), sequences.size(), batchColumns);
                sequences.addAll(batch.sequences());
            });
        }
        Frame first = (Frame) parts.getFirst().item();
        return new Frame(
                first.origin(),
                first.seq(),
                first.step(),
                first.time(),
                scalars(parts),
                new Sites(sites, joined(columns)),
                sequences.isEmpty() ? first.batch() : Optional.of(new Batch(sequences, joined(batchColumns))));
    }

    /** Those of the first part, and what all of them had to pass over. */
    private static Scalars scalars(List<Part> parts) {
        Scalars first = ((Frame) parts.getFirst().item()).scalars();
        double ignored = parts.stream()
                .mapToDouble(part ->
                        ((Frame) part.item()).scalars().find(KnownSites.IGNORED).orElse(0))
                .sum();
        return ignored == 0
                ? first
                : new Scalars.Builder()
                        .putAll(first)
                        .put(KnownSites.IGNORED, ignored)
                        .build();
    }

    private static void collect(List<Column> columns, int offset, Map<String, List<Column>> into) {
        for (Column column : columns) {
            into.computeIfAbsent(column.metric(), metric -> new ArrayList<>()).add(Columns.moved(column, offset));
        }
    }

    private static List<Column> joined(Map<String, List<Column>> pieces) {
        return pieces.entrySet().stream()
                .map(one -> Columns.joined(one.getKey(), one.getValue()))
                .toList();
    }
}
