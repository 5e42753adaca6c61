package observatory.stream.attach;

import java.util.Properties;

/**
 * What the agent is asked, as it travels in a file of properties.
 *
 * @param operators whose commands about probes are obeyed, and how far
 */
record Request(String bootstrap, String spool, String pack, Operators operators) {
    static final String DONE = "done";

    enum Action {
        ATTACH,
        DETACH
    }

    static Request of(Properties asked) {
        return new Request(
                asked.getProperty("bootstrap"),
                asked.getProperty("spool"),
                asked.getProperty("pack"),
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
        asked.setProperty("bootstrap", bootstrap);
        asked.setProperty("spool", spool);
        asked.setProperty("pack", pack);
        asked.setProperty("keys", String.join("\n", operators.keys()));
        asked.setProperty("ceiling", Double.toString(operators.ceiling()));
        asked.setProperty("profiles", operators.packs());
        return asked;
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
