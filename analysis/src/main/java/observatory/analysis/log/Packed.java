package observatory.analysis.log;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Logs packed by gzip are unpacked on the way, once and within limits: a small file that unpacks to more than {@value
 * #RATIO} times its size, or any to more than 2 GiB, is an attack or no log. Other archives are refused by name.
 */
final class Packed {
    private static final long MOST = 2L << 30; // bytes, unpacked
    private static final long RATIO = 100;
    private static final long FREE = 10 << 20; // unpacked bytes before the ratio counts; short logs repeat themselves
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};

    private Packed() {}

    static InputStream open(Path file, InputStream in) throws IOException {
        in.mark(8);
        byte[] magic = in.readNBytes(6);
        in.reset();
        String other = archive(magic);
        if (!other.isEmpty()) {
            in.close();
            throw new LogException(file, 0, "it is " + other, "unpack it and name the log inside");
        }
        if (!startsWith(magic, GZIP)) {
            return in;
        }
        try {
            return new Limited(file, new GZIPInputStream(in, 1 << 16));
        } catch (IOException damaged) {
            in.close();
            throw new LogException(file, 0, damaged);
        }
    }

    private static String archive(byte[] magic) {
        if (startsWith(magic, new byte[] {'P', 'K', 3, 4})) {
            return "a zip archive";
        }
        if (startsWith(magic, new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD})) {
            return "packed by zstd";
        }
        if (startsWith(magic, new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0})) {
            return "packed by xz";
        }
        return startsWith(magic, new byte[] {'B', 'Z', 'h'}) ? "packed by bzip2" : "";
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /** Ends with an error where the limits are passed. */
    private static final class Limited extends FilterInputStream {
        private final Path file;
        private final long packed;
        private long unpacked;

        Limited(Path file, InputStream in) {
            super(in);
            this.file = file;
            this.packed = LogSource.size(file);
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int bytes) {
            unpacked += bytes;
            if (unpacked > MOST || unpacked > FREE && unpacked > RATIO * packed) {
                throw new LogException(
                        file,
                        unpacked,
                        packed + " packed bytes unpack to more than " + Math.min(MOST, Math.max(FREE, RATIO * packed)),
                        "unpack it yourself if you trust it");
            }
        }
    }
}
