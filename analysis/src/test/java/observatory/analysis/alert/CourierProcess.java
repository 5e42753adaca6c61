package observatory.analysis.alert;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import observatory.stream.cluster.Secret;

/** Takes the waiting messages of a store to a webhook and ends; it is killed on the way. */
final class CourierProcess {
    private CourierProcess() {}

    /** @param arguments the database, the URL of the webhook */
    public static void main(String[] arguments) throws Exception {
        InstantSource clock = InstantSource.system();
        Endpoint endpoint = Endpoint.of("hook", new Secret(arguments[1]), true, Set.of());
        Receiver receiver = new HttpReceiver(
                "hook", HttpReceiver.Dialect.WEBHOOK, endpoint, Optional.empty(), HttpPost.standard(), clock);
        try (AlertStore store = new AlertStore(Path.of(arguments[0]))) {
            Courier courier = new Courier("hook", receiver, store, clock, Integer.MAX_VALUE);
            while (store.waiting("hook") > 0) {
                courier.run();
            }
        }
    }
}
