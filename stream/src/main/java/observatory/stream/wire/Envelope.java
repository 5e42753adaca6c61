package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What stands first in a record this program wrote, read without the rest: enough to key, order, deduplicate and set it
 * aside. It travels as headers too.
 */
public record Envelope(
        String type,
        String run,
        long incarnation,
        String writer,
        long rank,
        long seq,
        long part,
        long step,
        String time) {
    private static final int VERSION = Wire.VERSION;

    /** @throws IOException where the bytes are no record */
    public static Envelope read(byte[] bytes) throws IOException {
        String type = "";
        String run = "";
        String writer = "";
        String time = "";
        long[] numbers = new long[5];
        try (JsonParser in = Codec.parser(bytes)) {
            in.nextToken();
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                JsonToken token = in.nextToken();
                if (!token.isScalarValue()) {
                    break; // The head is over.
                }
                switch (name) {
                    case "type" -> type = in.getText();
                    case "run" -> run = in.getText();
                    case "writer" -> writer = in.getText();
                    case "time" -> time = in.getText();
                    case "incarnation" -> numbers[0] = in.getValueAsLong();
                    case "rank" -> numbers[1] = in.getValueAsLong();
                    case "seq" -> numbers[2] = in.getValueAsLong();
                    case "part" -> numbers[3] = in.getValueAsLong();
                    case "step" -> numbers[4] = in.getValueAsLong();
                    default -> in.skipChildren();
                }
            }
        }
        if (run.isEmpty()) {
            throw new IOException("a record names its run first");
        }
        return new Envelope(type, run, numbers[0], writer, numbers[1], numbers[2], numbers[3], numbers[4], time);
    }

    /** The same as headers of a record, so that readers need not open it. */
    public Headers headers() {
        RecordHeaders headers = new RecordHeaders();
        add(headers, "obs-schema", Integer.toString(VERSION));
        add(headers, "obs-run", run);
        add(headers, "obs-incarnation", Long.toString(incarnation));
        add(headers, "obs-writer", writer);
        add(headers, "obs-rank", Long.toString(rank));
        add(headers, "obs-seq", Long.toString(seq));
        add(headers, "obs-part", Long.toString(part));
        return headers;
    }

    private static void add(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
