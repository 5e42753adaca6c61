package observatory.stream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents written by hand, the published schema, and the codec: each is held against the others. */
class GoldenTest {
    private static final ObjectMapper PLAIN = new ObjectMapper();
    private static final Path PUBLISHED = Path.of("..", "docs", "telemetry.schema.json");

    private static Schema schema;

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src", "test", "resources", "golden", "v1"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyGoldenDocumentIsReadAndWrittenAsItIs(Path document) throws Exception {
        byte[] bytes = Files.readAllBytes(document);
        assertEquals(List.of(), problems(PLAIN.readTree(bytes)), "the schema allows it");
        Part part = Codec.decodePart(bytes);
        ObjectNode expected = (ObjectNode) PLAIN.readTree(bytes);
        expected.remove("later");
        ObjectNode written = (ObjectNode) PLAIN.readTree(Codec.json(part));
        // What a reader takes for granted may be written or not.
        if (expected.path("type").asText().equals("frame") && !expected.has("scalars")) {
            assertTrue(written.remove("scalars").isEmpty());
        }
        assertSame(expected, written);
        assertEquals(part, Codec.decodePart(Codec.smile(part)), "Smile says the same");
    }

    @Test
    void whatTheCodecWritesTheSchemaAllows() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            Telemetry item = RandomTelemetry.next(random);
            assertEquals(List.of(), problems(PLAIN.readTree(Codec.json(item))), "seed 1, item " + i);
        }
    }

    @Test
    void whatTheSchemaForbidsTheCodecRefuses() throws IOException {
        String good = Files.readString(Path.of("src", "test", "resources", "golden", "v1", "sites.json"));
        for (String[] change : new String[][] {
            {"\"v\": 1", "\"v\": 2"},
            {"\"type\": \"frame\"", "\"type\": \"picture\""},
            {"\"run\": \"golden\"", "\"run\": \"../golden\""},
            {"\"run\": \"golden\",", ""},
            {"\"seq\": 3", "\"seq\": true"},
            {"\"seq\": 3,", ""},
            {"\"rank\": 0", "\"rank\": -1"},
            {"\"time\": \"2026", "\"time\": \"noon 2026"},
            {"[1.5]", "[\"1.5\"]"},
            {"[1.5]", "[null]"},
            {"\"layer\": 0", "\"layer\": -2"},
            {"\"at\": [1]", "\"at\": [-1]"},
            {"{\"hook\": \"embedding\"}", "{}"}
        }) {
            String bad = good.replace(change[0], change[1]);
            assertFalse(bad.equals(good), change[0]);
            assertThrows(CodecException.class, () -> Codec.decode(bad.getBytes()), change[1]);
            assertFalse(problems(PLAIN.readTree(bad)).isEmpty(), change[1]);
        }
    }

    @Test
    void theSchemaInTheDocumentationIsTheOneInTheProgram() throws IOException {
        try (InputStream in = Codec.class.getResourceAsStream("telemetry.schema.json")) {
            assertEquals(new String(in.readAllBytes()), Files.readString(PUBLISHED));
        }
    }

    /** Numbers are compared as numbers: 3 and 3.0 are one value in two spellings. */
    private static void assertSame(JsonNode expected, JsonNode actual) {
        if (expected.isNumber() && actual.isNumber()) {
            assertEquals(expected.doubleValue(), actual.doubleValue());
        } else if (expected.isObject()) {
            assertEquals(expected.size(), actual.size(), expected + " " + actual);
            expected.properties().forEach(field -> assertSame(field.getValue(), actual.path(field.getKey())));
        } else if (expected.isArray()) {
            assertEquals(expected.size(), actual.size(), expected + " " + actual);
            for (int i = 0; i < expected.size(); i++) {
                assertSame(expected.get(i), actual.get(i));
            }
        } else {
            assertEquals(expected, actual);
        }
    }

    private static List<String> problems(JsonNode document) {
        return schema()
                .validate(document, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    private static Schema schema() {
        if (schema == null) {
            try {
                schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(PUBLISHED));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return schema;
    }
}
