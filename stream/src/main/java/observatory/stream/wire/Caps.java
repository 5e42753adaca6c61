package observatory.stream.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/**
 * What one record may hold, and the rule for what holds more: a frame is halved by its sites and sequences until each
 * piece fits; a long name keeps its beginning and gets a hash; what would not fit into all allowed parts is dropped and
 * counted in the scalar {@value #DROPPED}.
 */
public final class Caps {
    /** Values that no part had room for. */
    static final String DROPPED = "values_dropped";

    private Caps() {}

    /** What is sent of an item: one record, or parts that a reader joins again. */
    public static List<byte[]> records(Telemetry item) {
        return switch (item) {
            case Frame frame -> records(frame);
            case RunEvent event -> List.of(record(event));
        };
    }

    private static List<byte[]> records(Frame frame) {
        Frame named = withShortNames(frame);
        if (named.sites().sites().size() <= Wire.SITES
                && named.scalars().names().size() <= Wire.SCALARS) {
            byte[] whole = Codec.smile(named);
            if (whole.length <= Wire.RECORD_BYTES) {
                return List.of(whole);
            }
        }
        List<Frame> pieces = new ArrayList<>();
        halve(withFewScalars(named), pieces);
        List<Frame> kept = dropped(pieces);
        List<byte[]> records = new ArrayList<>(kept.size());
        for (int part = 0; part < kept.size(); part++) {
            records.add(Codec.smile(new Part(kept.get(part), part, kept.size())));
        }
        return records;
    }

    private static void halve(Frame frame, List<Frame> pieces) {
        int sites = frame.sites().sites().size();
        int sequences = frame.batch().map(batch -> batch.sequences().size()).orElse(0);
        boolean fits = sites <= Wire.SITES && Codec.smile(frame).length <= Wire.RECORD_BYTES - 100;
        if (fits || (sites <= 1 && sequences <= 1) || pieces.size() > Wire.PARTS) {
            pieces.add(frame);
            return;
        }
        halve(half(frame, frame.scalars(), 0, sites / 2, 0, sequences / 2), pieces);
        halve(half(frame, Scalars.none(), sites / 2, sites, sequences / 2, sequences), pieces);
    }

    private static Frame half(Frame frame, Scalars scalars, int site, int siteEnd, int sequence, int sequenceEnd) {
        Optional<Batch> batch = frame.batch()
                .map(whole -> new Batch(
                        whole.sequences().subList(sequence, sequenceEnd),
                        Columns.slice(whole.columns(), sequence, sequenceEnd)))
                .filter(some -> !some.sequences().isEmpty());
        return with(
                frame,
                scalars,
                new Sites(
                        frame.sites().sites().subList(site, siteEnd),
                        Columns.slice(frame.sites().columns(), site, siteEnd)),
                batch);
    }

    /** The pieces there is room for; the first tells how many values were in the others. */
    private static List<Frame> dropped(List<Frame> pieces) {
        if (pieces.size() <= Wire.PARTS) {
            return pieces;
        }
        long values = pieces.subList(Wire.PARTS, pieces.size()).stream()
                .flatMap(piece -> piece.sites().columns().stream())
                .mapToLong(Column::size)
                .sum();
        Frame first = pieces.getFirst();
        Scalars told = new Scalars.Builder()
                .putAll(first.scalars())
                .put(DROPPED, values)
                .build();
        List<Frame> kept = new ArrayList<>(pieces.subList(0, Wire.PARTS));
        kept.set(0, with(first, told, first.sites(), first.batch()));
        return kept;
    }

    private static Frame withFewScalars(Frame frame) {
        List<String> names = frame.scalars().names();
        if (names.size() <= Wire.SCALARS) {
            return frame;
        }
        int kept = Wire.SCALARS - 1;
        Scalars scalars = new Scalars.Builder()
                .putAll(new Scalars(
                        names.subList(0, kept), Arrays.copyOf(frame.scalars().values(), kept)))
                .put(DROPPED, names.size() - kept)
                .build();
        return with(frame, scalars, frame.sites(), frame.batch());
    }

    private static Frame withShortNames(Frame frame) {
        boolean longNames = frame.scalars().names().stream().anyMatch(Caps::tooLong)
                || frame.sites().sites().stream().anyMatch(site -> tooLong(site.parameter()))
                || frame.sites().columns().stream().anyMatch(column -> tooLong(column.metric()))
                || frame.batch().stream()
                        .anyMatch(batch -> batch.sequences().stream().anyMatch(one -> tooLong(one.source()))
                                || batch.columns().stream().anyMatch(column -> tooLong(column.metric())));
        if (!longNames) {
            return frame;
        }
        Scalars scalars = new Scalars(
                frame.scalars().names().stream().map(Caps::name).toList(),
                frame.scalars().values());
        Sites sites = new Sites(
                frame.sites().sites().stream()
                        .map(site -> new Site(site.hook(), site.layer(), name(site.parameter())))
                        .toList(),
                named(frame.sites().columns()));
        Optional<Batch> batch = frame.batch()
                .map(whole -> new Batch(
                        whole.sequences().stream()
                                .map(one -> new Batch.Sequence(name(one.source()), one.offset(), one.loss()))
                                .toList(),
                        named(whole.columns())));
        return with(frame, scalars, sites, batch);
    }

    private static List<Column> named(List<Column> columns) {
        return columns.stream()
                .map(column -> new Column(name(column.metric()), column.at(), column.values()))
                .toList();
    }

    private static byte[] record(RunEvent event) {
        byte[] whole = Codec.smile(event);
        boolean longDetails = event.details().entrySet().stream()
                .anyMatch(
                        detail -> tooLong(detail.getKey()) || detail.getValue().length() > Wire.DETAIL);
        if (!longDetails && whole.length <= Wire.RECORD_BYTES) {
            return whole;
        }
        // Four bytes a character at most, and room for the names.
        int each = Math.min(
                Wire.DETAIL, Wire.RECORD_BYTES / 2 / (4 * event.details().size()));
        Map<String, String> details = new LinkedHashMap<>();
        event.details().forEach((name, value) -> {
            if (details.size() < Wire.SCALARS / 16) {
                details.put(
                        name(name),
                        value.length() <= each
                                ? value
                                : value.substring(0, each) + "… (cut from " + value.length() + " characters)");
            }
        });
        return Codec.smile(RunEvent.of(event.origin(), event.seq(), event.step(), event.time(), event.kind(), details));
    }

    private static boolean tooLong(String name) {
        return name.length() > Wire.NAME;
    }

    /** The name, or its beginning and a hash of all of it, so that different names stay different. */
    private static String name(String name) {
        return tooLong(name) ? name.substring(0, Wire.NAME - 17) + "~%016x".formatted(hash(name)) : name;
    }

    /** FNV-1a in 64 bits. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private static Frame with(Frame frame, Scalars scalars, Sites sites, Optional<Batch> batch) {
        return new Frame(frame.origin(), frame.seq(), frame.step(), frame.time(), scalars, sites, batch);
    }
}
