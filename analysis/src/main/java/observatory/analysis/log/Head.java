package observatory.analysis.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The first bytes of a log, by which its format is told: the whole log where it is shorter than {@value #LENGTH}. */
public final class Head {
    /** Text logs print their configuration or source code first; the longest preamble seen in real ones is 200 KB. */
    static final int LENGTH = 1 << 20;

    /** Control bytes in a text, as a share; a bell or two are no harm in a short one either. */
    private static final double ODD = 0.001;

    private static final int BELLS = 2;
    /** What a file system left empty when the machine went down, or what was cut away under a writer. */
    private static final double BLANK = 0.5;

    private final byte[] bytes;
    private final boolean whole;
    private List<String> lines;

    Head(byte[] bytes, boolean whole) {
        this.bytes = bytes.clone();
        this.whole = whole;
    }

    static Head of(Path file) {
        return look(file, 1, Optional::of).orElseThrow();
    }

    /**
     * What {@code told} makes of the first stretch of this length it makes something of, of the
     * file's first {@code most}.
     */
    static <T> Optional<T> look(Path file, int most, Function<Head, Optional<T>> told) {
        try (InputStream in = LogSource.open(file)) {
            for (int i = 0; i < most; i++) {
                byte[] bytes = in.readNBytes(LENGTH);
                Head head = new Head(bytes, bytes.length < LENGTH);
                Optional<T> found = told.apply(head);
                if (found.isPresent() || head.whole) {
                    return found;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether this is all of the log. */
    boolean whole() {
        return whole;
    }

    int length() {
        return bytes.length;
    }

    /** Whether the log has these bytes at this offset. */
    boolean has(int offset, byte... expected) {
        return bytes.length >= offset + expected.length
                && Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** The lines, without the last one where it is cut off. What has bytes that no text has is none and has none. */
    List<String> lines() {
        if (lines == null) {
            lines = split();
        }
        return lines;
    }

    private List<String> split() {
        long odd = 0;
        long blank = 0;
        for (byte b : bytes) {
            blank += b == 0 ? 1 : 0;
            odd += b > 0 && b < ' ' && "\t\n\r\b\f\u001B".indexOf(b) < 0 ? 1 : 0;
        }
        if (odd + blank > 0 && (odd > Math.max(BELLS, ODD * bytes.length) || blank > BLANK * bytes.length)) {
            return List.of();
        }
        List<String> all = new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(Ansi::plain)
                .toList();
        return whole || all.isEmpty() ? all : all.subList(0, all.size() - 1);
    }

    /** The first line with anything on it; empty where there is none. */
    String firstLine() {
        return lines().stream().filter(line -> !line.isBlank()).findFirst().orElse("");
    }
}
