package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a text log of any encoding that contains ASCII, without the colours of a terminal. A line ends at a line
 * feed or a carriage return, as progress bars write it, and is cut off where it is longer than any log writes, so that
 * no log can fill the memory.
 */
final class Lines implements AutoCloseable {
    private static final int LONGEST = 16 << 20; // bytes; per-layer statistics of a large model in one line take 5 MB

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;
    private byte[] line = new byte[1 << 12];
    private long offset;
    private boolean ended;

    Lines(LogSource source, Path file) {
        this.file = file;
        this.in = source.follow(file);
    }

    /** The next line without its end, which may be empty; nothing at the end of the log. */
    Optional<String> next() {
        int length = 0;
        while (true) {
            if (from == to && !fill()) {
                return length == 0 ? Optional.empty() : Optional.of(text(line, 0, length));
            }
            int end = from;
            while (end < to && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            boolean whole = end < to;
            ended = whole;
            offset += end - from + (whole ? 1 : 0);
            if (whole && length == 0) {
                String text = text(buffer, from, end - from);
                from = end + 1;
                return Optional.of(text);
            }
            length = append(length, end - from);
            from = whole ? end + 1 : end;
            if (whole) {
                return Optional.of(text(line, 0, length));
            }
        }
    }

    private int append(int length, int count) {
        int kept = Math.min(count, LONGEST - length);
        if (length + kept > line.length) {
            line = Arrays.copyOf(line, Math.min(LONGEST, Math.max(length + kept, 2 * line.length)));
        }
        System.arraycopy(buffer, from, line, length, kept);
        return length + kept;
    }

    private static String text(byte[] bytes, int from, int length) {
        return Ansi.plain(new String(bytes, from, length, StandardCharsets.UTF_8));
    }

    private boolean fill() {
        try {
            from = 0;
            to = Math.max(0, in.read(buffer, 0, buffer.length));
            return to > 0;
        } catch (IOException e) {
            throw new LogException(file, offset, e);
        }
    }

    /** Whether the line had its end; the last may have none, because it is cut off or because no more comes. */
    boolean ended() {
        return ended;
    }

    long offset() {
        return offset;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new LogException(file, offset, e);
        }
    }
}
