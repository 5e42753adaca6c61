package observatory.ui.data;

import java.util.Arrays;

/**
 * The values of one thing, a row for each time it could have been measured, under a pyramid of min, max and last: level
 * k joins 8 to the power of k rows. Any stretch is summed up from a few whole buckets, exactly, so that drawing costs
 * pixels and not rows, and a spike of one row is never lost. One writer, any number of readers, no lock.
 */
public final class Series {
    /** Stands where nothing was measured, which is another thing than a NaN that was. */
    public static final float ABSENT = Float.intBitsToFloat(0x7fc0_0a55);

    private static final int FAN_BITS = 3;
    private static final int FIELDS = 4; // min, max, last, flags

    private final FloatLog rows = new FloatLog();
    private final Extent joining = new Extent();
    private volatile FloatLog[] levels = {}; // level k at index k - 1

    public static boolean isAbsent(float value) {
        return Float.floatToRawIntBits(value) == 0x7fc0_0a55;
    }

    public int size() {
        return rows.size();
    }

    public float at(int row) {
        return rows.get(row);
    }

    /** Appends a measured value. Finite stays finite: what a float cannot hold becomes the largest that it can. */
    public void append(double value) {
        float narrow = (float) value;
        if (Double.isNaN(value)) {
            narrow = Float.NaN;
        } else if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
            narrow = Math.copySign(Float.MAX_VALUE, narrow);
        }
        appendRow(narrow);
    }

    /** Appends a row in which nothing was measured. */
    public void appendAbsent() {
        appendRow(ABSENT);
    }

    private void appendRow(float value) {
        int row = rows.size();
        rows.append(value);
        // Buckets are written when they are complete and never again: a reader sees them whole or not at all.
        for (int level = 1; (row + 1 & (1 << FAN_BITS * level) - 1) == 0; level++) {
            if (level > levels.length) {
                // Shown to readers only with its log in place.
                FloatLog[] higher = Arrays.copyOf(levels, level);
                higher[level - 1] = new FloatLog();
                levels = higher;
            }
            int first = row + 1 - (1 << FAN_BITS * level);
            joining.clear();
            for (int i = 0; i < 1 << FAN_BITS; i++) {
                addBucket(level - 1, (first >>> FAN_BITS * (level - 1)) + i, joining);
            }
            FloatLog into = levels[level - 1];
            into.append(joining.min());
            into.append(joining.max());
            into.append(joining.last());
            into.append(joining.flags());
        }
    }

    /** Adds the rows from {@code from} up to but without {@code to} to an extent. */
    public void summarise(int from, int to, Extent into) {
        int row = Math.max(0, from);
        int end = Math.min(to, rows.size());
        while (row < end) {
            int level = 0;
            while (complete(row, level + 1, end)) {
                level++;
            }
            addBucket(level, row >>> FAN_BITS * level, into);
            row += 1 << FAN_BITS * level;
        }
    }

    /**
     * The last row up to this one in which anything was measured, -1 where there is none; passes over buckets without.
     */
    public int lastPresent(int row) {
        int at = Math.min(row, rows.size() - 1);
        Extent bucket = new Extent();
        while (at >= 0) {
            int level = 0;
            while ((at + 1 & (1 << FAN_BITS * (level + 1)) - 1) == 0 && complete(at, level + 1)) {
                level++;
            }
            addBucket(level, at >>> FAN_BITS * level, bucket.clear());
            while (level > 0 && bucket.anyPresent()) {
                level--;
                addBucket(level, at >>> FAN_BITS * level, bucket.clear());
            }
            if (bucket.anyPresent()) {
                return at;
            }
            at -= 1 << FAN_BITS * level;
        }
        return -1;
    }

    /** How many finite values of the rows lie outside an interval; passes over buckets that cannot hold one. */
    public int countOutside(int from, int to, float low, float high) {
        int count = 0;
        int row = Math.max(0, from);
        int end = Math.min(to, rows.size());
        Extent bucket = new Extent();
        while (row < end) {
            int level = 0;
            while (complete(row, level + 1, end)) {
                level++;
            }
            addBucket(level, row >>> FAN_BITS * level, bucket.clear());
            while (level > 0 && bucket.hasFinite() && (bucket.min() < low || bucket.max() > high)) {
                level--;
                addBucket(level, row >>> FAN_BITS * level, bucket.clear());
            }
            count += level == 0 && bucket.hasFinite() && (bucket.min() < low || bucket.max() > high) ? 1 : 0;
            row += 1 << FAN_BITS * level;
        }
        return count;
    }

    private boolean complete(int row, int level, int end) {
        int rowsOfBucket = 1 << FAN_BITS * level;
        return (row & rowsOfBucket - 1) == 0 && row + rowsOfBucket <= end && complete(row, level);
    }

    /** Whether the bucket of a level that has this row is written. */
    private boolean complete(int row, int level) {
        FloatLog[] seen = levels;
        return level <= seen.length && seen[level - 1].size() >= FIELDS * ((row >>> FAN_BITS * level) + 1);
    }

    private void addBucket(int level, int bucket, Extent into) {
        if (level == 0) {
            into.add(rows.get(bucket));
        } else {
            FloatLog of = levels[level - 1];
            int at = FIELDS * bucket;
            into.add(of.get(at), of.get(at + 1), of.get(at + 2), (int) of.get(at + 3));
        }
    }
}
