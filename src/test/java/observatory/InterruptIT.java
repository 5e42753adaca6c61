package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ctrl-C at any moment: the run ends in order and says what it came to. */
class InterruptIT {
    @TempDir
    Path scratch;

    /** When the person loses patience. */
    enum Moment {
        IN_THE_FIRST_STEPS {
            @Override
            void await(Program demo, Path state) {
                demo.awaitSaying("/100,000");
            }
        },
        WHEN_THE_BROKER_HAS_STARTED {
            @Override
            void await(Program demo, Path state) {
                Path address = state.resolve("observatory/broker/broker.address");
                demo.await("the broker has an address", () -> Files.exists(address));
            }
        },
        WHEN_THE_FAULT_IS_SEEN {
            @Override
            void await(Program demo, Path state) {
                demo.awaitSaying("non_finite");
            }
        };

        abstract void await(Program demo, Path state);
    }

    @ParameterizedTest
    @EnumSource
    void endsInOrder(Moment moment) throws Exception {
        String[] endless = {
            "demo", "--headless", "--json", "--layers", "2", "--width", "64", "--steps", "100000", "--fault", "nan@40"
        };
        try (Program demo = Program.start(scratch, endless)) {
            moment.await(demo, scratch.resolve("state"));
            demo.interrupt();
            Program.Ended ended = demo.await();
            assertEquals(130, ended.exitCode(), ended::toString);
            JsonNode result = ended.json();
            assertTrue(result.get("steps").asInt() >= 1, ended::toString);
            assertTrue(Files.exists(Path.of(result.get("report").asText())), "the report is written");
            assertFalse(ended.err().contains("Exception"), ended::toString);
        }
        // What the broker had stays readable: nothing is left locked or half-written.
        Program.Ended runs = Program.run(scratch, "runs", "--json");
        assertEquals(0, runs.exitCode(), runs::toString);
    }
}
