package observatory.cli;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import observatory.analysis.Incident;
import observatory.analysis.alert.Alerts;
import observatory.analysis.alert.NotificationCounts;

/** How many incidents stand how, and what became of the messages about them. */
final class AlertMetrics {
    private final MeterRegistry registry;
    private final Map<String, Standing> incidents = new ConcurrentHashMap<>();
    private final Set<Standing> shown = ConcurrentHashMap.newKeySet();
    private final Set<NotificationCounts.Ended> counted = ConcurrentHashMap.newKeySet();

    private record Standing(String name, String severity, String state) {}

    AlertMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void read(Incident incident) {
        Standing standing = new Standing(
                Alerts.name(incident.kind()), incident.severity().label(), incident.resolved() ? "resolved" : "firing");
        incidents.put(incident.run().value() + "/" + incident.id(), standing);
        if (shown.add(standing)) {
            Gauge.builder(
                            "observatory.alerts",
                            incidents,
                            all -> all.values().stream()
                                    .filter(standing::equals)
                                    .count())
                    .tag("alertname", standing.name)
                    .tag("severity", standing.severity)
                    .tag("state", standing.state)
                    .description("Incidents of all runs, by how they stand")
                    .register(registry);
        }
    }

    void read(NotificationCounts notifications) {
        notifications.forEach((ended, count) -> {
            if (counted.add(ended)) {
                FunctionCounter.builder("observatory.notifications", notifications, all -> all.of(ended))
                        .tag("receiver", ended.receiver())
                        .tag("outcome", ended.outcome())
                        .description("Messages to receivers of alerts, by what became of them")
                        .register(registry);
            }
        });
    }
}
