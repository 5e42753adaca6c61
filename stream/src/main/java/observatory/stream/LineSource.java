package observatory.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Records from a file of JSON lines. */
final class LineSource implements FrameReader.Source {
    private static final int AT_ONCE = 500;

    private final BufferedReader lines;
    private boolean over;

    private LineSource(BufferedReader lines) {
        this.lines = lines;
    }

    static LineSource open(Path file) throws IOException {
        return new LineSource(Files.newBufferedReader(file));
    }

    @Override
    public List<byte[]> poll() {
        List<byte[]> records = new ArrayList<>();
        try {
            while (records.size() < AT_ONCE && !over) {
                String line = lines.readLine();
                if (line == null) {
                    over = true;
                } else if (!line.isBlank()) {
                    records.add(line.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    @Override
    public boolean atTheEnd() {
        return over;
    }

    @Override
    public boolean complete() {
        return false;
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
