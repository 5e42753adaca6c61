package observatory.analysis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import observatory.analysis.detector.Settings;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/** An analysis that is there to be killed: one fixed member of the group, so that the next takes its place at once. */
final class WatchProcess {
    /** Far beyond that of a test: a successor that waited for the dead one would not come to judge. */
    private static final Duration PATIENCE = Duration.ofMinutes(25);

    private WatchProcess() {}

    public static void main(String[] args) throws InterruptedException {
        WatchService.Membership membership = new WatchService.Membership(Optional.of("one"), PATIENCE);
        try (WatchService service = new WatchService(
                Connection.to(args[0]), Topics.STANDARD, Path.of(args[1]), Settings.DEFAULTS, membership)) {
            new CountDownLatch(1).await();
            System.out.println(service.trouble());
        }
    }
}
