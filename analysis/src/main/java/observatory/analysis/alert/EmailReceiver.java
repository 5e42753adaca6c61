package observatory.analysis.alert;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import observatory.stream.cluster.Secret;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.util.MailConnectException;

/**
 * Tells by e-mail over SMTP, encrypted unless the configuration allows otherwise. Plain text, one mail a notification.
 */
public final class EmailReceiver implements Receiver {
    private static final String CONNECT_MILLIS = "3000";
    private static final String READ_MILLIS = "10000";
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int PERMANENT = 500;
    private static final String NO_STARTTLS = "STARTTLS is required but host does not support STARTTLS";

    private final Settings settings;
    private final Session session;

    /** What encrypts the connection. */
    public enum Encryption {
        /** The connection begins in the open and must be encrypted before anything else is said. */
        STARTTLS,
        TLS,
        /** For a server on this machine. */
        NONE
    }

    /** Who sends what where; a user and a password where the server asks for them. */
    public record Settings(
            String host,
            int port,
            Encryption encryption,
            String from,
            List<String> to,
            Optional<String> user,
            Optional<Secret> password) {}

    public EmailReceiver(Settings settings) {
        this.settings = settings;
        Properties properties = new Properties();
        String protocol = settings.encryption == Encryption.TLS ? "smtps" : "smtp";
        String prefix = "mail." + protocol + ".";
        // What sending asks for; without it mail goes by smtp, whatever was configured.
        properties.put("mail.transport.protocol.rfc822", protocol);
        properties.put(prefix + "host", settings.host);
        properties.put(prefix + "port", Integer.toString(settings.port));
        properties.put(prefix + "connectiontimeout", CONNECT_MILLIS);
        properties.put(prefix + "timeout", READ_MILLIS);
        properties.put(prefix + "writetimeout", READ_MILLIS);
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "sendpartial", "true"); // who has left keeps the mail from nobody else
        properties.put(prefix + "starttls.required", Boolean.toString(settings.encryption == Encryption.STARTTLS));
        properties.put(prefix + "starttls.enable", Boolean.toString(settings.encryption == Encryption.STARTTLS));
        properties.put(prefix + "auth", Boolean.toString(settings.user.isPresent()));
        this.session = Session.getInstance(
                properties, settings.user.map(this::authenticator).orElse(null));
    }

    private Authenticator authenticator(String user) {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(
                        user, settings.password.orElseThrow().reveal());
            }
        };
    }

    @Override
    public Outcome tell(Notification notification) {
        try {
            Transport.send(message(notification.readable()));
            return new Outcome.Delivered();
        } catch (AddressException e) {
            return new Outcome.Refused("an address is none: " + e.getRef());
        } catch (SendFailedException e) {
            if (count(e.getValidSentAddresses()) > 0) { // once more would tell these again
                return new Outcome.Refused(settings.host + " took the mail, but not for "
                        + Stream.of(e.getInvalidAddresses(), e.getValidUnsentAddresses())
                                .filter(Objects::nonNull)
                                .flatMap(Arrays::stream)
                                .map(Address::toString)
                                .collect(Collectors.joining(", ")));
            }
            return permanent(e)
                    ? new Outcome.Refused(settings.host + " refused the mail or its recipients")
                    : new Outcome.Later(settings.host + " did not take the mail", SOON);
        } catch (MessagingException e) {
            return new Outcome.Later(settings.host + ":" + settings.port + " " + reason(e), SOON);
        }
    }

    /** In our words: those of the library may quote what the server was sent. */
    private static String reason(MessagingException e) {
        return switch (e) {
            case MessagingException _
            when e.getCause() instanceof SSLException ->
                "could not be spoken to by TLS; compare encryption with what the port speaks, and its certificate";
            case MailConnectException _ -> "cannot be reached; check host and port";
            case AuthenticationFailedException _ -> "refuses user or password";
            case MessagingException _
            when NO_STARTTLS.equals(e.getMessage()) ->
                "offers no STARTTLS; set encryption: tls, or none for a server of your own";
            default -> "did not take the mail: " + e.getClass().getSimpleName();
        };
    }

    private static boolean permanent(SendFailedException e) {
        return e instanceof SMTPSendFailedException failed
                ? failed.getReturnCode() >= PERMANENT
                : count(e.getInvalidAddresses()) > 0 && count(e.getValidUnsentAddresses()) == 0;
    }

    private static int count(Address[] addresses) {
        return addresses == null ? 0 : addresses.length;
    }

    private MimeMessage message(Notification notification) throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(settings.from));
        for (String one : settings.to) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(one));
        }
        message.setSubject(Headline.of(notification), StandardCharsets.UTF_8.name());
        message.setText(text(notification), StandardCharsets.UTF_8.name());
        message.setHeader("X-Observatory-Idempotency-Key", notification.key());
        message.setHeader("Auto-Submitted", "auto-generated");
        return message;
    }

    private static String text(Notification notification) {
        StringBuilder text = new StringBuilder();
        for (Alert alert : notification.alerts()) {
            text.append(alert.resolved() ? "RESOLVED " : "")
                    .append(alert.name())
                    .append(' ')
                    .append(alert.labels().getOrDefault(Alert.RUN, ""))
                    .append('\n');
            for (String part : List.of("summary", "description", "remedy")) {
                String said = alert.annotations().getOrDefault(part, "");
                text.append(said.isEmpty() ? "" : "  " + said + "\n");
            }
            text.append("  ")
                    .append(alert.steps().map(steps -> steps + ", ").orElse(""))
                    .append("since ")
                    .append(alert.startsAt())
                    .append("\n  ")
                    .append(alert.generatorUrl())
                    .append("\n\n");
        }
        return text + (notification.omitted() > 0 ? "and " + notification.omitted() + " more\n" : "");
    }
}
