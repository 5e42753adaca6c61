package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSocketFactory;
import observatory.analysis.Kind;
import observatory.analysis.alert.HttpReceiver.Dialect;
import observatory.stream.cluster.Secret;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against real servers on this machine: what is sent, and what becomes of every kind of answer. */
class HttpReceiverTest {
    private static final String KEY = "s3cret-k3y";

    private record Got(String method, String path, Headers headers, byte[] body) {
        JsonNode json() throws IOException {
            return Json.mapper().readTree(body);
        }
    }

    private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        got.add(new Got(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes()));
        if (status == 429) {
            exchange.getResponseHeaders().add("Retry-After", "17");
        }
        if (status == 302) {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static final HttpPost QUICK = new HttpPost(new Wire(
            InetAddress::getAllByName,
            System::nanoTime,
            (SSLSocketFactory) SSLSocketFactory.getDefault(),
            Duration.ofSeconds(1)));

    private HttpReceiver receiver(Dialect dialect, int port, Optional<Secret> key) {
        return receiver(dialect, port, key, HttpPost.standard());
    }

    private HttpReceiver receiver(Dialect dialect, int port, Optional<Secret> key, HttpPost http) {
        Endpoint endpoint = Endpoint.of("hook", new Secret("http://127.0.0.1:" + port + "/t0ken"), true, Set.of());
        return new HttpReceiver("hook", dialect, endpoint, key, http, () -> Said.START);
    }

    private Outcome tell(Dialect dialect, Notification notification) {
        return receiver(dialect, server.getAddress().getPort(), Optional.of(new Secret(KEY)))
                .tell(notification);
    }

    private Got next() throws InterruptedException {
        return got.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void aWebhookGetsTheBodyOfAlertmanagerSigned() throws Exception {
        Notification notification = Said.notification(Kind.LOSS_SPIKE, Kind.THROUGHPUT);
        assertInstanceOf(Outcome.Delivered.class, tell(Dialect.WEBHOOK, notification));
        Got sent = next();
        assertEquals("POST", sent.method);
        assertEquals("/t0ken", sent.path);
        assertEquals(notification.key(), sent.headers.getFirst("Idempotency-Key"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        assertEquals(
                "sha256=" + HexFormat.of().formatHex(mac.doFinal(sent.body)),
                sent.headers.getFirst("X-Observatory-Signature"));
        JsonNode body = sent.json();
        assertEquals("4", body.path("version").asText());
        assertEquals("firing", body.path("status").asText());
        assertEquals("hook", body.path("receiver").asText());
        assertEquals(Said.RUN.value(), body.path("groupLabels").path("run").asText());
        assertEquals("warning", body.path("commonLabels").path("severity").asText());
        assertTrue(!body.path("commonLabels").has("alertname"));
        assertEquals(0, body.path("truncatedAlerts").asInt());
        JsonNode alert = body.path("alerts").path(0);
        assertEquals("LossSpike", alert.path("labels").path("alertname").asText());
        assertEquals("9", alert.path("annotations").path("step_last").asText());
        assertEquals(Said.START, Instant.parse(alert.path("startsAt").asText()));
        assertEquals("0001-01-01T00:00:00Z", alert.path("endsAt").asText());
        assertEquals(
                Said.alert(Kind.LOSS_SPIKE).fingerprint(),
                alert.path("fingerprint").asText());
    }

    @Test
    void anAlertmanagerGetsAlertsThatEndUnlessToldAgain() throws Exception {
        Alert over = Said.alert(Kind.THROUGHPUT).resolvedAt(Said.START.plusSeconds(7));
        Notification notification = Notification.of(new TreeMap<>(), List.of(Said.alert(Kind.LOSS_SPIKE), over), 0);
        assertInstanceOf(Outcome.Delivered.class, tell(Dialect.ALERTMANAGER, notification));
        Got sent = next();
        assertEquals("/t0ken/api/v2/alerts", sent.path);
        assertEquals("application/json", sent.headers.getFirst("Content-Type"));
        JsonNode body = sent.json();
        assertEquals(2, body.size());
        assertEquals(
                Said.START.plus(Duration.ofMinutes(4)),
                Instant.parse(body.path(0).path("endsAt").asText()));
        assertEquals(
                Said.START.plusSeconds(7),
                Instant.parse(body.path(1).path("endsAt").asText()));
        assertEquals(
                "observatory://run/gpt-1b-7?step=9",
                body.path(0).path("generatorURL").asText());
    }

    @Test
    void slackGetsALineForEveryClientAndBlocks() throws Exception {
        Alert alert = Said.alert(Kind.LOSS_SPIKE);
        var annotations = new TreeMap<>(alert.annotations());
        annotations.put("summary", "a < b & c > d " + "&x".repeat(5000));
        Alert nasty = new Alert(alert.labels(), annotations, alert.startsAt(), Optional.empty(), "");
        tell(Dialect.SLACK, Notification.of(new TreeMap<>(), List.of(nasty), 0));
        JsonNode body = next().json();
        assertTrue(body.path("text").asText().startsWith("[WARNING] LossSpike gpt-1b-7 at step 9: a &lt; b &amp; c"));
        assertTrue(body.path("blocks").isMissingNode(), "blocks outside an attachment have no colour");
        assertEquals("#D55E00", body.path("attachments").path(0).path("color").asText());
        assertEquals(2, blocks(body).size());
        for (JsonNode block : blocks(body)) {
            assertTrue(block.path("text").path("text").asText().length() <= 3000);
        }
        assertEquals("detector Detector · steps 5 to 9 · fp " + alert.fingerprint(), facts(body));
        tell(Dialect.SLACK, TestAlert.notification(Said.START));
        assertTrue(facts(next().json()).startsWith("fp "));
    }

    private static JsonNode blocks(JsonNode body) {
        return body.path("attachments").path(0).path("blocks");
    }

    private static String facts(JsonNode body) {
        return blocks(body).path(1).path("elements").path(0).path("text").asText();
    }

    @Test
    void answersAreDoneLaterOrRefused() {
        Notification notification = Said.notification(Kind.LOSS_SPIKE);
        for (int good : new int[] {200, 201, 202, 204}) {
            status = good;
            assertInstanceOf(Outcome.Delivered.class, tell(Dialect.WEBHOOK, notification));
        }
        for (int bad : new int[] {400, 401, 403, 404, 410, 422}) {
            status = bad;
            Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, tell(Dialect.WEBHOOK, notification));
            assertEquals("127.0.0.1 answered " + bad, refused.reason());
        }
        status = 302;
        assertEquals(
                "127.0.0.1 answered 302; redirects are not followed, so name where it leads",
                assertInstanceOf(Outcome.Refused.class, tell(Dialect.WEBHOOK, notification))
                        .reason());
        for (int later : new int[] {500, 502, 503}) {
            status = later;
            assertInstanceOf(Outcome.Later.class, tell(Dialect.WEBHOOK, notification));
        }
        status = 429;
        Outcome.Later limited = assertInstanceOf(Outcome.Later.class, tell(Dialect.WEBHOOK, notification));
        assertEquals(Duration.ofSeconds(17), limited.pause());
        assertTrue(got.stream().noneMatch(one -> one.path.equals("/elsewhere")), "no redirect is followed");
    }

    @Test
    void nobodyThereIsLater() {
        int port = server.getAddress().getPort();
        server.stop(0);
        Outcome.Later later = assertInstanceOf(
                Outcome.Later.class,
                receiver(Dialect.WEBHOOK, port, Optional.empty()).tell(Said.notification(Kind.LOSS_SPIKE)));
        assertTrue(
                later.reason().startsWith("127.0.0.1 could not be reached: ")
                        && !later.reason().contains("t0ken"),
                later.reason());
    }

    /** P33: headers that never end, and an answer that is none, are given up at 64 KiB or at once. */
    @Test
    void hostileAnswersAreGivenUp() throws Exception {
        Notification notification = Said.notification(Kind.LOSS_SPIKE);
        assertInstanceOf(Outcome.Later.class, against(notification, "SSH-2.0-OpenSSH\r\n\r\n"));
        assertInstanceOf(Outcome.Later.class, against(notification, ""));
        assertInstanceOf(Outcome.Delivered.class, against(notification, "HTTP/1.1 200 OK\r\n" + "x".repeat(1 << 20)));
        assertInstanceOf(
                Outcome.Delivered.class,
                against(notification, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + "x".repeat(1 << 20)));
    }

    private Outcome against(Notification notification, String answer) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofVirtual().start(() -> {
                try (Socket one = socket.accept()) {
                    one.getInputStream().readNBytes(100);
                    OutputStream out = one.getOutputStream();
                    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                    one.shutdownOutput();
                    one.getInputStream().readAllBytes(); // closing with bytes unread would reset what was answered
                } catch (IOException e) {
                    Thread.currentThread().interrupt(); // we hung up on it, as we should
                }
            });
            Outcome outcome = receiver(Dialect.WEBHOOK, socket.getLocalPort(), Optional.empty())
                    .tell(notification);
            server.join();
            return outcome;
        }
    }

    /** P33: one that answers nothing, and one that dribbles, cost no more than the time there is for everything. */
    @Test
    void oneThatHangsCostsTheTotalTimeAndNoMore() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofVirtual().start(() -> {
                try (Socket one = socket.accept()) {
                    for (int i = 0; i < 100_000; i++) {
                        one.getOutputStream().write('x');
                        one.getOutputStream().flush();
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            long began = System.nanoTime();
            Outcome outcome = receiver(Dialect.WEBHOOK, socket.getLocalPort(), Optional.empty(), QUICK)
                    .tell(Said.notification(Kind.LOSS_SPIKE));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            Outcome.Later later = assertInstanceOf(Outcome.Later.class, outcome);
            assertTrue(later.reason().contains("1 s in all"), later.reason());
            assertTrue(took.toMillis() >= 900, took.toString());
            server.interrupt();
        }
    }
}
