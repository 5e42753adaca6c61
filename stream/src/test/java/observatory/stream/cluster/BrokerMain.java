package observatory.stream.cluster;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A broker process for tests that kill it: {@code FOLDER PORT [setting=value]...}; says where it listens, and waits.
 */
public final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] args) throws Exception {
        Map<String, String> overrides = new HashMap<>();
        for (int i = 2; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            overrides.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        Broker broker = Broker.start(Path.of(args[0]), Integer.parseInt(args[1]), overrides, List.of());
        System.out.println(broker.bootstrap());
        Thread.currentThread().join();
    }
}
