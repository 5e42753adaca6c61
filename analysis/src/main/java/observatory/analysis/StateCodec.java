package observatory.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One generic serde for every state: a record as Smile, cut into chunks of at most 256 KB, because that is what
 * a broker takes in one record without being asked to. A chunk is named {@code name#number}, and the last one
 * says that it is.
 */
final class StateCodec {
    static final int CHUNK = 256 << 10;
    private static final byte MORE = 0;
    private static final byte LAST = 1;

    private static final ObjectMapper SMILE = SmileMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // a newer version may have left more
            .build();

    private StateCodec() {}

    /** Adds the chunks of a state to a map. */
    static void write(String name, Record state, Map<String, byte[]> out) {
        byte[] whole;
        try {
            whole = SMILE.writeValueAsBytes(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a state is records, numbers and text: " + name, e);
        }
        int room = CHUNK - 1;
        int chunks = Math.max(1, (whole.length + room - 1) / room);
        for (int i = 0; i < chunks; i++) {
            int from = i * room;
            int to = Math.min(whole.length, from + room);
            byte[] chunk = new byte[1 + to - from];
            chunk[0] = i == chunks - 1 ? LAST : MORE;
            System.arraycopy(whole, from, chunk, 1, to - from);
            out.put(name + "#" + i, chunk);
        }
    }

    /** The state of a name among chunks, or null where there is none. */
    static <T> T read(String name, Class<T> type, Map<String, byte[]> chunks) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] chunk;
        int number = 0;
        do {
            chunk = chunks.get(name + "#" + number++);
            if (chunk == null) {
                return null;
            }
            whole.write(chunk, 1, chunk.length - 1);
        } while (chunk[0] == MORE);
        try {
            return SMILE.readValue(whole.toByteArray(), type);
        } catch (IOException e) {
            throw new IllegalStateException("the stored state " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The names that have chunks here and begin like this. */
    static SortedMap<String, Integer> names(String prefix, Map<String, byte[]> chunks) {
        SortedMap<String, Integer> names = new TreeMap<>();
        for (String key : chunks.keySet()) {
            int at = key.lastIndexOf('#');
            if (key.startsWith(prefix)) {
                names.merge(key.substring(0, at), 1, Integer::sum);
            }
        }
        return names;
    }
}
