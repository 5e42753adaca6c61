package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class HelpLayoutTest {
    @Command(name = "tool", description = "Reads what is in ~/.local/state/observatory and writes it to docs/logs.md.")
    static final class Tool {
        @Option(names = "--data-dir", paramLabel = "DIR", description = "Where it lives (~/.local/state/observatory).")
        String dataDir;

        @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "Of the brokers; the one here if none.")
        String bootstrap;

        @Option(names = "--kafka-config", paramLabel = "FILE", description = "Properties of Kafka's clients.")
        String kafkaConfig;
    }

    @Test
    void breaksBetweenWordsAndHangsWhatBelongsToAName() {
        assertEquals("""
                Usage: tool [--bootstrap=HOST:PORT]
                            [--data-dir=DIR]
                            [--kafka-config=FILE]
                Reads what is in ~/.local/state/observatory and
                writes it to docs/logs.md.
                      --bootstrap=HOST:PORT Of the brokers; the
                                              one here if none.
                      --data-dir=DIR        Where it lives
                                              (~/.local/state/observatory).
                      --kafka-config=FILE   Properties of
                                              Kafka's clients.
                """, help("48").replace("\r", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wide", "", "99999"})
    void takesAWidthThatIsNoneAsTheUsualOne(String columns) {
        assertTrue(
                help(columns).contains("Reads what is in ~/.local/state/observatory and writes it to docs/logs.md."));
    }

    private static String help(String columns) {
        CommandLine line = new CommandLine(new Tool());
        HelpLayout.apply(line, columns);
        return line.getUsageMessage();
    }
}
