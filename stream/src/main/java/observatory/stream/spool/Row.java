package observatory.stream.spool;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One spooled record. Its key is the number of its item, from 0 in the order of capture, and its place among the
 * records of that item; keys grow with every row.
 */
record Row(long key, Kind kind, byte[] body) {
    /** The order of these is written to disk; new ones come last. */
    enum Kind {
        EVENT,
        FRAME,
        /** A further part of a frame that is too large for one record. */
        PART,
        /** A bucket of the decimated history that ended with its item. */
        HISTORY,
        /** Tells what was shed. */
        NOTICE
    }

    private static final int PLACES = 8;
    /** Where the records of a bucket begin, behind all parts of an item. */
    static final int HISTORY_PLACE = 128;

    static final int NOTICE_PLACE = 255;

    static long key(long item, int place) {
        return item << PLACES | place;
    }

    static long item(long key) {
        return key >> PLACES;
    }

    static Row of(long item, Kind kind, byte[] body) {
        return new Row(key(item, 0), kind, body);
    }

    /** A row as it stands on disk; empty where anything of it is not what was written. */
    static Optional<Row> read(long key, int kind, long checksum, byte[] body) {
        boolean sound = body != null
                && sound(key, kind)
                && (checksum == checksum(key, kind, body) || checksum == checksum(body));
        return sound ? Optional.of(new Row(key, Kind.values()[kind], body)) : Optional.empty();
    }

    /** CRC-32 of key, kind and body: a row that took another's key would be delivered in that one's place. */
    long checksum() {
        return checksum(key, kind.ordinal(), body);
    }

    private static long checksum(long key, int kind, byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(key)
                .put((byte) kind)
                .flip());
        crc.update(body);
        return crc.getValue();
    }

    /** Of the body alone, as writers of other languages may have it. */
    private static long checksum(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return crc.getValue();
    }

    /** Whether this is an item that was captured, and not something made of or beside one. */
    boolean counts() {
        return counts(kind);
    }

    /** Whether a key and the number of a kind belong together: captured items, and only they, have the first place. */
    private static boolean sound(long key, int kind) {
        return kind >= 0 && kind < Kind.values().length && counts(Kind.values()[kind]) == (key(item(key), 0) == key);
    }

    private static boolean counts(Kind kind) {
        return kind == Kind.EVENT || kind == Kind.FRAME;
    }
}
