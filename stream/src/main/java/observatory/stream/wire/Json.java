package observatory.stream.wire;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * JSON of everything that is not telemetry: records as objects, and numbers that are not finite as strings, both ways.
 */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder(Wire.JSON)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private Json() {}

    public static ObjectMapper mapper() {
        return MAPPER;
    }
}
