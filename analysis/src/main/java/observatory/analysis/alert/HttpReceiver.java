package observatory.analysis.alert;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import observatory.stream.cluster.Secret;

/** The three receivers that are told by HTTP: they differ in body, path and headers. */
public final class HttpReceiver implements Receiver {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String JSON = "application/json";

    private final String name;
    private final Dialect dialect;
    private final Endpoint endpoint;
    private final Optional<Secret> signingKey;
    private final HttpPost http;
    private final InstantSource clock;

    /** What the other side understands. */
    public enum Dialect {
        /** {@code POST /api/v2/alerts}, an array of alerts; deduplicates by their labels. */
        ALERTMANAGER,
        /** The body of Alertmanager's webhook version 4. */
        WEBHOOK,
        SLACK
    }

    HttpReceiver(
            String name,
            Dialect dialect,
            Endpoint endpoint,
            Optional<Secret> signingKey,
            HttpPost http,
            InstantSource clock) {
        this.name = name;
        this.dialect = dialect;
        this.endpoint = endpoint;
        this.signingKey = signingKey;
        this.http = http;
        this.clock = clock;
    }

    @Override
    public Outcome tell(Notification notification) {
        byte[] body = body(notification);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", JSON);
        headers.put("Idempotency-Key", notification.key());
        signingKey.ifPresent(key -> headers.put("X-Observatory-Signature", "sha256=" + signature(key, body)));
        String target = endpoint.target(dialect == Dialect.ALERTMANAGER ? "/api/v2/alerts" : "");
        try {
            return outcome(http.send(endpoint, new HttpPost.Message(target, headers, body)));
        } catch (HttpPost.Refused e) {
            return new Outcome.Refused(e.getMessage());
        } catch (IOException e) {
            return new Outcome.Later(endpoint.host() + " " + reason(e), SOON);
        }
    }

    private byte[] body(Notification notification) {
        return switch (dialect) {
            case ALERTMANAGER -> AlertJson.alertmanager(notification.alerts(), clock.instant());
            case WEBHOOK -> AlertJson.bytes(AlertJson.webhook(name, notification));
            case SLACK -> AlertJson.bytes(Slack.message(notification.readable()));
        };
    }

    /** 2xx is done; 429 and 5xx may pass; everything else will be the same next time. */
    private Outcome outcome(HttpPost.Answer answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            return new Outcome.Delivered();
        }
        String reason = endpoint.host() + " answered " + status;
        return status == 429 || status / 100 == 5
                ? new Outcome.Later(
                        reason, Duration.ofSeconds(answer.retryAfterSeconds().orElse(SOON.toSeconds())))
                : new Outcome.Refused(
                        status / 100 == 3 ? reason + "; redirects are not followed, so name where it leads" : reason);
    }

    /** In our words where we know some: those of a socket may begin with the host once more. */
    private static String reason(IOException e) {
        return switch (e) {
            case SocketTimeoutException _ -> e.getMessage();
            case UnknownHostException _ -> "has no address; check the name, and what resolves names here";
            case SSLHandshakeException _ -> "shows no certificate that is trusted for that name: " + e.getMessage();
            case SSLException _ -> "could not be spoken to by TLS; compare the scheme with what the port speaks";
            default ->
                "could not be reached: "
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
    }

    private static String signature(Secret key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC with SHA-256", e);
        }
    }
}
