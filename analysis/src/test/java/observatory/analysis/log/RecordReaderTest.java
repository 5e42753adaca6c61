package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordReaderTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    @Test
    void checksumsAreThoseOfTensorBoard() {
        byte[] text = EventFile.text(3, "CRC test, one two");
        assertEquals(0x5794d08a, RecordReader.masked(text, text.length), "the vector of tensorboard's own test");
        assertEquals(0x5794d08a, EventFile.masked(text), "the oracle agrees");
    }

    @Test
    void readsTheRecordThatTensorBoardWrites() throws IOException {
        byte[] data = EventFile.message(HEX.parseHex("090000803899d6d741"), EventFile.text(3, "brain.Event:2"));
        byte[] whole = EventFile.message(HEX.parseHex("1800000000000000a37f4b22"), data, HEX.parseHex("124b36ab"));
        try (RecordReader reader = open(write(whole))) {
            assertArrayEquals(data, reader.next().orElseThrow());
            assertTrue(reader.next().isEmpty());
            assertTrue(reader.stopped().isEmpty());
        }
    }

    @Test
    void damagedDataIsSkippedAndCounted() throws IOException {
        byte[] first = new EventFile().bytes();
        byte[] all = new EventFile()
                .record(new byte[] {1, 2, 3})
                .record(new byte[] {4})
                .bytes();
        all[first.length + RecordReader.HEADER] ^= 1;
        try (RecordReader reader = open(write(all))) {
            reader.next();
            assertArrayEquals(new byte[] {4}, reader.next().orElseThrow());
            assertEquals(1, reader.skipped());
        }
    }

    @Test
    void aDamagedLengthEndsTheFileAndSaysWhere() throws IOException {
        int first = new EventFile().bytes().length;
        byte[] all = new EventFile().record(new byte[] {1, 2, 3}).bytes();
        all[first] ^= 1;
        try (RecordReader reader = open(write(all))) {
            assertTrue(reader.next().isPresent());
            assertTrue(reader.next().isEmpty());
            assertTrue(reader.stopped().orElseThrow().contains("byte " + first), reader.stopped()::toString);
        }
    }

    @Test
    void anAbsurdLengthIsRefused() throws IOException {
        for (long length : new long[] {RecordReader.LONGEST + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            try (RecordReader reader = open(write(new EventFile().claim(length).bytes()))) {
                reader.next();
                LogException refused = assertThrows(LogException.class, reader::next);
                assertTrue(refused.getMessage().contains("length=" + length), refused::getMessage);
            }
        }
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("events"), content);
    }

    private static RecordReader open(Path file) {
        return new RecordReader(new LogSource(file, Progress.NONE), file);
    }
}
