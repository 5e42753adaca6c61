package observatory.stream;

import java.nio.charset.StandardCharsets;
import observatory.probe.Telemetry;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** What a record says of itself in its headers: enough to order, deduplicate and set it aside without decoding it. */
final class Headers {
    private Headers() {}

    static org.apache.kafka.common.header.Headers of(Telemetry item) {
        RecordHeaders headers = new RecordHeaders();
        add(headers, "obs-schema", Wire.VERSION);
        headers.add("obs-run", item.origin().run().value().getBytes(StandardCharsets.UTF_8));
        add(headers, "obs-incarnation", item.origin().incarnation());
        add(headers, "obs-rank", item.origin().rank());
        add(headers, "obs-seq", item.seq());
        return headers;
    }

    private static void add(RecordHeaders headers, String name, long value) {
        headers.add(name, Long.toString(value).getBytes(StandardCharsets.UTF_8));
    }
}
