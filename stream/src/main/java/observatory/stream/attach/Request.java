package observatory.stream.attach;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import observatory.probe.Pack;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/**
 * What the agent is asked, as it travels in a file of properties, secrets of the connection included: nobody else may
 * read that file.
 *
 * @param operators whose commands about probes are obeyed, and how far
 */
record Request(Connection connection, Topics topics, Path spool, Pack pack, Operators operators) {
    static final String DONE = "done";
    /** Before the name of each setting of the connection. */
    private static final String KAFKA = "kafka.";

    enum Action {
        ATTACH,
        DETACH
    }

    static Request of(Properties asked) {
        return new Request(
                Connection.of(asked.stringPropertyNames().stream()
                        .filter(name -> name.startsWith(KAFKA))
                        .collect(Collectors.toMap(name -> name.substring(KAFKA.length()), asked::getProperty))),
                new Topics(asked.getProperty("prefix")),
                Path.of(asked.getProperty("spool")),
                Pack.valueOf(asked.getProperty("pack")),
                new Operators(
                        asked.getProperty("keys")
                                .lines()
                                .filter(line -> !line.isBlank())
                                .toList(),
                        Double.parseDouble(asked.getProperty("ceiling")),
                        Operators.packs(asked.getProperty("profiles"))));
    }

    Properties asked() {
        Properties asked = new Properties();
        asked.setProperty(Agent.ACTION, Action.ATTACH.name());
        connection.client(Map.of()).forEach((name, value) -> asked.setProperty(KAFKA + name, found(name, value)));
        asked.setProperty("prefix", topics.prefix());
        asked.setProperty("spool", spool.toAbsolutePath().toString());
        asked.setProperty("pack", pack.name());
        asked.setProperty("keys", String.join("\n", operators.keys()));
        asked.setProperty("ceiling", Double.toString(operators.ceiling()));
        asked.setProperty("profiles", operators.packs());
        return asked;
    }

    /** As the trainer's JVM finds it too, which may run in another folder. */
    private static String found(String name, Object value) {
        return name.endsWith(".location")
                ? Path.of(value.toString()).toAbsolutePath().toString()
                : value.toString();
    }

    static Properties detach() {
        Properties asked = new Properties();
        asked.setProperty(Agent.ACTION, Action.DETACH.name());
        return asked;
    }

    static Properties done(String runs) {
        Properties answer = new Properties();
        answer.setProperty(DONE, runs);
        return answer;
    }

    static Properties error(String message) {
        Properties answer = new Properties();
        answer.setProperty(Agent.ERROR, message);
        return answer;
    }
}
