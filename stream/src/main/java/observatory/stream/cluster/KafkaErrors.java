package observatory.stream.cluster;

import java.net.ConnectException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * What an error of a Kafka client means, in one line that names the cluster, the cause and the next step. Of one that says
 * only that time ran out the address is asked what is there, a second at most.
 */
public final class KafkaErrors {
    private static final Pattern NOT_AFTER = Pattern.compile("NotAfter: (.+)");
    private static final Pattern STORE = Pattern.compile("Failed to load SSL keystore (.+) of type .*\\R(.*)");

    private KafkaErrors() {}

    /** What went wrong, roughly: for exit codes and for doctor. */
    public enum Kind {
        CANNOT_CONNECT,
        TLS,
        DENIED,
        NO_TOPIC,
        OTHER
    }

    public record Explained(Kind kind, String message) {}

    public static Explained explain(Throwable error, Connection connection) {
        String cluster = "Kafka at " + connection.bootstrap();
        if (find(error, CertificateExpiredException.class).isPresent()) {
            return tls(cluster, "its certificate has expired" + expiry(error), "renew the broker's certificate");
        }
        if (find(error, CertificateNotYetValidException.class).isPresent()) {
            return tls(cluster, "its certificate is not valid yet", "compare the clocks of both machines");
        }
        String text = texts(error);
        if (text.contains("No subject alternative") || text.contains("No name matching")) {
            return tls(
                    cluster,
                    "its certificate is for another host name",
                    "connect by a name the certificate has, or give the broker a certificate for this one");
        }
        if (text.contains("unable to find valid certification path") || text.contains("self-signed certificate")) {
            return tls(
                    cluster,
                    "its certificate is signed by nobody this machine trusts",
                    "set ssl.truststore.location to a store that has the signer");
        }
        if (text.contains("certificate_required")) {
            return tls(
                    cluster, "it asks for a certificate of ours", "set ssl.keystore.location to a store that has one");
        }
        if (find(error, SslAuthenticationException.class).isPresent()
                || find(error, SSLException.class).isPresent()) {
            return tls(cluster, last(error), "compare security.protocol with what the listener speaks");
        }
        Optional<SaslAuthenticationException> sasl = find(error, SaslAuthenticationException.class);
        if (sasl.isPresent()) {
            return new Explained(
                    Kind.DENIED,
                    cluster + " refused the credentials: " + sasl.get().getMessage()
                            + "; check sasl.mechanism and sasl.jaas.config");
        }
        if (find(error, IllegalSaslStateException.class).isPresent()
                || find(error, UnsupportedSaslMechanismException.class).isPresent()) {
            return new Explained(
                    Kind.DENIED,
                    cluster + " does not take this way of logging in: " + last(error)
                            + "; correct security.protocol and sasl.mechanism, or ask for the port that takes them");
        }
        Optional<AuthorizationException> denied = find(error, AuthorizationException.class);
        if (denied.isPresent()) {
            return new Explained(
                    Kind.DENIED,
                    cluster + " does not allow this: " + last(denied.get())
                            + "; ask for a prefixed ACL that allows read, write and describe");
        }
        if (find(error, UnsupportedVersionException.class).isPresent()) {
            return new Explained(
                    Kind.OTHER,
                    cluster + " is of a version that this program's clients do not speak with: " + last(error)
                            + "; upgrade the brokers to Kafka 2.5 or newer");
        }
        if (find(error, UnknownTopicOrPartitionException.class).isPresent()) {
            // Whoever waited for it in vain names it, and the cause does not.
            return noTopic(
                    cluster,
                    find(error, TimeoutException.class)
                            .map(Throwable::getMessage)
                            .orElseGet(() -> last(error)));
        }
        if (find(error, TimeoutException.class).isPresent()
                || find(error, java.util.concurrent.TimeoutException.class).isPresent()
                || find(error, ConnectException.class).isPresent()) {
            return Unanswered.explain(cluster, connection, error);
        }
        if (text.contains("No resolvable bootstrap urls")) {
            return new Explained(
                    Kind.CANNOT_CONNECT,
                    cluster + " cannot be found: no address of that name is known here; correct the name in"
                            + " bootstrap.servers, or see why it does not resolve");
        }
        Optional<NoSuchFileException> file = find(error, NoSuchFileException.class);
        if (file.isPresent()) {
            String named = file.get().getFile();
            return new Explained(
                    Kind.OTHER, cluster + ": there is no file " + named + "; correct " + setting(connection, named));
        }
        Matcher store = STORE.matcher(text);
        if (store.find()) {
            String named = setting(connection, store.group(1));
            return new Explained(
                    Kind.OTHER,
                    cluster + ": " + store.group(1) + " cannot be opened: " + store.group(2) + "; correct " + named
                            + " or " + named.replace(".location", ".password"));
        }
        if (text.contains("JAAS") || text.contains("LoginModule")) {
            return new Explained(
                    Kind.OTHER,
                    cluster + ": " + last(error) + "; correct sasl.jaas.config, which logs in for sasl.mechanism="
                            + connection.setting("sasl.mechanism").orElse("GSSAPI"));
        }
        if (text.contains("in bootstrap.servers: ")) {
            return new Explained(
                    Kind.OTHER,
                    cluster + ": " + last(error) + "; write bootstrap.servers as HOST:PORT, such as 127.0.0.1:9092");
        }
        return new Explained(Kind.OTHER, cluster + ": " + last(error) + "; see `observatory doctor`");
    }

    static Explained noTopic(String cluster, String told) {
        return new Explained(
                Kind.NO_TOPIC,
                cluster + " has no topic for this: " + told
                        + "; run `observatory topics create`, then `observatory doctor`");
    }

    /** The setting that names a file, and the file. */
    private static String setting(Connection connection, String file) {
        return connection.shown().entrySet().stream()
                .filter(one -> one.getValue().equals(file))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("the path");
    }

    static Explained tls(String cluster, String cause, String next) {
        return new Explained(Kind.TLS, cluster + " refused TLS: " + cause + "; " + next);
    }

    /** How long ago, from the text the JDK gives. */
    private static String expiry(Throwable error) {
        Matcher date = NOT_AFTER.matcher(texts(error));
        if (!date.find()) {
            return "";
        }
        try {
            var format = DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss zzz yyyy", Locale.US);
            Instant end = ZonedDateTime.parse(date.group(1).strip(), format).toInstant();
            return " " + Duration.between(end, Instant.now()).toDays() + " d ago";
        } catch (DateTimeException e) {
            return " (" + date.group(1).strip() + ")";
        }
    }

    private static <T extends Throwable> Optional<T> find(Throwable error, Class<T> type) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    static String texts(Throwable error) {
        StringBuilder texts = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            texts.append(cause.getMessage()).append('\n');
        }
        return texts.toString();
    }

    static String last(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").replaceFirst("\\.$", "");
    }
}
