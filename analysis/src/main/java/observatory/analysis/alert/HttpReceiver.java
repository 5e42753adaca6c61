package observatory.analysis.alert;

import java.io.IOException;
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
        } catch (Wire.Refused e) {
            return new Outcome.Refused(e.getMessage());
        } catch (IOException e) {
            return new Outcome.Later(
                    endpoint.host() + " " + ConnectionTrouble.reason(e, endpoint.host(), "the scheme"), SOON);
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
