package observatory.analysis.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The first bytes of a log, by which its format is told: the whole log where it is shorter than {@value #LENGTH}. */
public final class Head {
    /** Text logs print their configuration or source code first; the longest preamble seen in real ones is 200 KB. */
    static final int LENGTH = 1 << 20;

    private final byte[] bytes;
    private final boolean whole;
    private List<String> lines;

    Head(byte[] bytes, boolean whole) {
        this.bytes = bytes.clone();
        this.whole = whole;
    }

    static Head of(java.nio.file.Path file) {
        try (java.io.InputStream in = LogSource.open(file)) {
            byte[] bytes = in.readNBytes(LENGTH);
            return new Head(bytes, bytes.length < LENGTH);
        } catch (java.io.IOException e) {
            throw new LogException(file, 0, e);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    /** Whether the log has these bytes at this offset. */
    boolean has(int offset, byte... expected) {
        return bytes.length >= offset + expected.length
                && Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** The lines, without the last one where it is cut off. A file with NUL bytes is no text and has none. */
    List<String> lines() {
        if (lines == null) {
            lines = split();
        }
        return lines;
    }

    private List<String> split() {
        for (byte b : bytes) {
            if (b == 0) {
                return List.of();
            }
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
