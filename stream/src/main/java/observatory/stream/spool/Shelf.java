package observatory.stream.spool;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Makes what is spooled fit its bounds. One tier goes from all stretches, the oldest first, before the next tier is
 * touched; the stretch being written and the one being read are left alone.
 */
final class Shelf {
    private Shelf() {}

    /**
     * @param acknowledged key up to which nothing is needed any more; {@code reading} key up to which rows
     * are on their way
     */
    record Bounds(long limitBytes, long acknowledged, long reading) {}

    /** The number of captured items that had to go, and of those that turned out to be damaged. */
    record Shed(long items, long corrupt) {
        Shed plus(Shed other) {
            return new Shed(items + other.items, corrupt + other.corrupt);
        }
    }

    static Shed fit(List<Segment> segments, Backlog memory, Bounds bounds, Disk disk) throws SQLException, IOException {
        Shed all = new Shed(fit(memory, bounds), 0);
        while (bytes(segments) > bounds.limitBytes()) {
            Optional<Segment> victim = victim(segments, bounds);
            if (victim.isEmpty()) {
                break;
            }
            all = all.plus(shed(segments, victim.get(), bounds, disk));
        }
        return all;
    }

    private static long fit(Backlog memory, Bounds bounds) {
        long items = 0;
        if (memory.bytes() > Backlog.LIMIT_BYTES) {
            for (Tier tier : Tier.values()) {
                // Some room to spare, so that this is not done for every row.
                if (memory.bytes() > Backlog.LIMIT_BYTES / 4 * 3) {
                    items += memory.shed(tier, bounds.reading());
                }
            }
        }
        return items;
    }

    private static Optional<Segment> victim(List<Segment> segments, Bounds bounds) {
        return segments.stream()
                .limit(Math.max(0, segments.size() - 1))
                .filter(segment -> bounds.reading() <= bounds.acknowledged()
                        || Row.key(segment.firstItem(), 0) > bounds.reading()
                        || segment.lastKey() <= bounds.acknowledged())
                .min(Comparator.comparingInt(Segment::tiersShed));
    }

    private static Shed shed(List<Segment> segments, Segment victim, Bounds bounds, Disk disk)
            throws SQLException, IOException {
        if (victim.tiersShed() == Tier.values().length) {
            segments.remove(victim);
            victim.delete();
            return new Shed(0, 0);
        }
        Tier tier = Tier.values()[victim.tiersShed()];
        Segment.Found found = victim.after(bounds.acknowledged(), Integer.MAX_VALUE, Long.MAX_VALUE);
        long corrupt = found.corruptItems();
        Shedding.Left left = Shedding.without(tier, found.rows());
        long gone = victim.itemsShed() + left.itemsShed() + corrupt;
        Segment less = SegmentFile.replace(victim, left.rows(), victim.tiersShed() + 1, gone, disk);
        segments.set(segments.indexOf(victim), less);
        return new Shed(left.itemsShed(), corrupt);
    }

    private static long bytes(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::diskBytes).sum();
    }
}
