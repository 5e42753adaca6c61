package observatory.cli;

import java.io.IOException;
import java.time.InstantSource;
import observatory.analysis.DeadLetterCounts;
import observatory.analysis.Incident;
import observatory.analysis.alert.NotificationCounts;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Topics;
import observatory.stream.metrics.MetricsEndpoint;
import observatory.stream.metrics.StreamMetrics;
import observatory.stream.spool.Spool;

/** The Prometheus endpoint of a command that was asked for one; where none was, nothing happens. */
public final class Scraped implements AutoCloseable {
    private final MetricsEndpoint endpoint;
    private final StreamMetrics metrics;
    private final AlertMetrics alerts;

    private Scraped(MetricsEndpoint endpoint) {
        this.endpoint = endpoint;
        this.metrics = endpoint == null ? null : new StreamMetrics(endpoint.registry(), InstantSource.system());
        this.alerts = endpoint == null ? null : new AlertMetrics(endpoint.registry());
    }

    /** @param port on the loopback interface; null for no endpoint */
    public static Scraped open(Integer port, Console console) {
        if (port == null) {
            return new Scraped(null);
        }
        Port.check(port, "--metrics-port");
        try {
            MetricsEndpoint endpoint =
                    MetricsEndpoint.start(port, new Observatory.Version().getVersion()[0].replace("observatory ", ""));
            console.say("metrics at http://127.0.0.1:" + endpoint.port() + "/metrics");
            return new Scraped(endpoint);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "port " + port + " cannot be listened on: " + e.getMessage() + "; try --metrics-port 0",
                    e);
        }
    }

    public void watch(Spool spool, RunId run, long limitBytes) {
        if (metrics != null) {
            metrics.watch(spool, run.value(), limitBytes);
        }
    }

    public void watch(FrameReader reader) {
        if (metrics != null) {
            metrics.watch(reader);
        }
    }

    public void watch(DeadLetterCounts refused, Topics topics) {
        if (metrics != null) {
            metrics.watch(topics.telemetry(), refused::of);
        }
    }

    /** Counts an incident, where anybody scrapes. */
    public void read(Incident incident) {
        if (alerts != null) {
            alerts.read(incident);
        }
    }

    /** Shows how many messages went out, where anybody scrapes. */
    public void read(NotificationCounts notifications) {
        if (alerts != null) {
            alerts.read(notifications);
        }
    }

    /** Shows what a run says, where anybody scrapes. */
    public void read(Telemetry item) {
        if (metrics != null) {
            metrics.read(item);
        }
    }

    @Override
    public void close() {
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
