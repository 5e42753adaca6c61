package observatory.stream.spool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Part;

/**
 * Gives up one tier of a stretch of rows, and says so in what is left: a frame that lost columns has the number of lost
 * values in the scalar {@value #VALUES}; where whole items went, an event {@code lost} has the place of the last of
 * them and tells from which number to which, how many, and why.
 */
final class Shedding {
    static final String VALUES = "values_shed";
    private static final String REASON = "the spool reached its limit while the broker could not take it";

    private Shedding() {}

    /** What is left, and how many captured items are not among it any more. */
    record Left(List<Row> rows, long itemsShed) {}

    static Left without(Tier tier, List<Row> rows) {
        return switch (tier) {
            case HISTOGRAMS, LAYERS ->
                new Left(rows.stream().map(row -> stripped(row, tier)).toList(), 0);
            case FRAMES, EVENTS -> withoutItems(tier, rows);
        };
    }

    /** What is sent in the place of a row that the broker will never take. */
    static byte[] refused(Row row) {
        Telemetry item = decoded(row).item();
        String seq = Long.toString(item.seq());
        Map<String, String> details = Map.of(
                "fromSeq",
                seq,
                "toSeq",
                seq,
                "tier",
                Tier.FRAMES.label(),
                "count",
                row.counts() ? "1" : "0",
                "reason",
                "the broker refuses records of " + row.body().length + " bytes; raise its max.message.bytes");
        return Codec.smile(
                RunEvent.of(item.origin(), item.seq(), item.step(), item.time(), RunEvent.Kind.LOST, details));
    }

    private static Row stripped(Row row, Tier tier) {
        if (row.kind() != Row.Kind.FRAME && row.kind() != Row.Kind.PART) {
            return row;
        }
        Part part = decoded(row);
        Frame frame = (Frame) part.item();
        List<Column> kept = frame.sites().columns().stream()
                .filter(column -> !tier.takes(column))
                .toList();
        if (kept.size() == frame.sites().columns().size()) {
            return row;
        }
        long values = frame.sites().columns().stream()
                .filter(tier::takes)
                .mapToLong(Column::size)
                .sum();
        Scalars scalars = new Scalars.Builder()
                .putAll(frame.scalars())
                .put(VALUES, frame.scalars().find(VALUES).orElse(0) + values)
                .build();
        Sites sites = kept.isEmpty() ? Sites.none() : new Sites(frame.sites().sites(), kept);
        Frame less = new Frame(frame.origin(), frame.seq(), frame.step(), frame.time(), scalars, sites, frame.batch());
        return new Row(row.key(), row.kind(), Codec.smile(new Part(less, part.part(), part.parts())));
    }

    /** Replaces each run of rows that go by one notice. */
    private static Left withoutItems(Tier tier, List<Row> rows) {
        List<Row> left = new ArrayList<>();
        List<Row> gone = new ArrayList<>();
        long items = 0;
        for (Row row : rows) {
            boolean stays = tier == Tier.FRAMES && (row.kind() == Row.Kind.EVENT || row.kind() == Row.Kind.NOTICE);
            if (stays) {
                notice(tier, gone, left);
                left.add(row);
            } else {
                gone.add(row);
                items += row.counts() ? 1 : 0;
            }
        }
        notice(tier, gone, left);
        return new Left(left, items);
    }

    private static void notice(Tier tier, List<Row> gone, List<Row> left) {
        long from = Long.MAX_VALUE;
        long count = 0;
        for (Row row : gone) {
            if (row.counts()) {
                from = Math.min(from, decoded(row).item().seq());
                count++;
            } else if (row.kind() == Row.Kind.NOTICE) {
                Map<String, String> details = ((RunEvent) decoded(row).item()).details();
                from = Math.min(from, Long.parseLong(details.get("fromSeq")));
                count += Long.parseLong(details.get("count"));
            }
        }
        if (count > 0) {
            Row last = gone.reversed().stream()
                    .filter(row -> row.counts() || row.kind() == Row.Kind.NOTICE)
                    .findFirst()
                    .orElseThrow();
            Telemetry at = decoded(last).item();
            Map<String, String> details = new TreeMap<>(Map.of(
                    "fromSeq", Long.toString(from),
                    "toSeq", Long.toString(at.seq()),
                    "tier", tier.label(),
                    "count", Long.toString(count),
                    "reason", REASON));
            RunEvent lost = RunEvent.of(at.origin(), at.seq(), at.step(), at.time(), RunEvent.Kind.LOST, details);
            long key = Row.key(Row.item(last.key()), Row.NOTICE_PLACE);
            left.add(new Row(key, Row.Kind.NOTICE, Codec.smile(lost)));
        }
        gone.clear();
    }

    private static Part decoded(Row row) {
        try {
            return Codec.decodePart(row.body());
        } catch (CodecException e) {
            throw new IllegalStateException("a row with the right checksum is what this program wrote", e);
        }
    }
}
