package observatory.stream.relay;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/** A relay that merges nothing, until it is killed; says how much it has relayed. */
final class RelayProcess {
    private RelayProcess() {}

    /** {@code SPOOLS BOOTSTRAP} */
    public static void main(String[] args) throws Exception {
        try (Relay relay = new Relay(Path.of(args[0]), Connection.to(args[1]), Topics.STANDARD, false)) {
            while (true) {
                if (relay.look() > 0) {
                    System.out.println(relay.relayed());
                } else {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }
}
