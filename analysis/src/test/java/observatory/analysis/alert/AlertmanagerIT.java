package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.stream.cluster.Secret;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real Alertmanager, where one is installed: Debian's package prometheus-alertmanager. */
class AlertmanagerIT {
    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aRealAlertmanagerUnderstandsUsAndTellsTheSame() throws Exception {
        Path program = program();
        int port = freePort();
        try (Hook hook = new Hook();
                AlertStore store = new AlertStore(folder.resolve("alerts.db"))) {
            Process alertmanager = start(program, port, hook.url());
            try {
                Said.await(
                        "Alertmanager to be ready", () -> get(port, "/-/ready").isPresent());
                Said.Clock clock = new Said.Clock();
                clock.forward(Duration.between(Said.START, Instant.now()));
                NotificationCounts counts = new NotificationCounts();
                StatePush push = new StatePush("am", counts.counted("am", receiver(port, clock)), store, clock);
                Instant began = clock.instant().minusSeconds(60);
                AlertBook book = new AlertBook(Policy.STANDARD, List.of(), Map.of());
                Incident incident = Said.incident(1, Kind.DIVERGENCE, Severity.CRITICAL, 5, 9);
                // It came and went before the first push; of an end only an Alertmanager tells nobody.
                book.accept(incident, began);
                book.accept(Said.resolved(incident), began);
                Alert alert = book.all().getFirst().alert();
                push.run(book.all());
                assertEquals(List.of(), counts.troubles());
                JsonNode known =
                        Json.mapper().readTree(get(port, "/api/v2/alerts").orElseThrow());
                Set<String> fingerprints = new TreeSet<>();
                known.forEach(one -> fingerprints.add(one.path("fingerprint").asText()));
                assertTrue(fingerprints.contains(alert.fingerprint()), "the same fingerprint: " + fingerprints);
                assertEquals(2, known.size(), "the alert and the watchdog");
                Said.await("its webhook", () -> hook.statuses().contains("firing"));
                assertSameShape(hook.bodies().getFirst(), alert.firing());
                clock.forward(StatePush.LEAST_FIRING);
                push.run(book.all());
                assertEquals(List.of(), counts.troubles());
                Said.await("its webhook again", () -> hook.statuses().contains("resolved"));
            } finally {
                alertmanager.destroyForcibly().waitFor();
            }
        }
    }

    /** Our own webhook has every field that Alertmanager's has, and no others, but for what newer versions add. */
    private static void assertSameShape(JsonNode theirs, Alert alert) {
        JsonNode ours = AlertJson.webhook("hook", Notification.of(new TreeMap<>(), List.of(alert), 0));
        assertEquals(names(theirs), names(ours));
        assertEquals(
                names(theirs.path("alerts").path(0)), names(ours.path("alerts").path(0)));
        assertEquals(theirs.path("version"), ours.path("version"));
        assertEquals(
                theirs.path("alerts").path(0).path("labels"),
                ours.path("alerts").path(0).path("labels"));
        assertEquals(
                theirs.path("alerts").path(0).path("fingerprint"),
                ours.path("alerts").path(0).path("fingerprint"));
        assertEquals(
                theirs.path("alerts").path(0).path("endsAt"),
                ours.path("alerts").path(0).path("endsAt"));
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        names.remove("notification_reason");
        return names;
    }

    private static HttpReceiver receiver(int port, Said.Clock clock) {
        Endpoint endpoint = Endpoint.of("am", new Secret("http://127.0.0.1:" + port), true, Set.of());
        return new HttpReceiver(
                "am", HttpReceiver.Dialect.ALERTMANAGER, endpoint, Optional.empty(), HttpPost.standard(), clock);
    }

    private Process start(Path program, int port, String hook) throws IOException {
        Path config = Files.writeString(folder.resolve("alertmanager.yml"), """
                route:
                  receiver: none
                  group_wait: 0s
                  group_interval: 1s
                  group_by: [alertname, run]
                  routes:
                    - {receiver: hook, matchers: ['alertname="RunDiverged"']}
                receivers:
                  - name: none
                  - name: hook
                    webhook_configs: [{url: "%s"}]
                """.formatted(hook));
        return new ProcessBuilder(
                        program.toString(),
                        "--config.file=" + config,
                        "--storage.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--cluster.listen-address=")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private Optional<String> get(int port, String path) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path program() {
        Optional<Path> found = Stream.of(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder ->
                        Stream.of("prometheus-alertmanager", "alertmanager").map(Path.of(folder)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(
                found.isPresent(), "no Alertmanager on this machine; on Debian: apt install prometheus-alertmanager");
        return found.orElseThrow();
    }
}
