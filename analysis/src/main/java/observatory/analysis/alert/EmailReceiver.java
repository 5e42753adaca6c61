package observatory.analysis.alert;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.stream.cluster.Secret;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Tells by e-mail over SMTP, encrypted unless the configuration allows otherwise. Plain text, one mail a notification.
 * The connection is a {@link Wire}, so a name is resolved once and its addresses are checked as for every receiver.
 */
final class EmailReceiver implements Receiver {
    /** For all that is said; a server that is busy, or suspicious, takes its time for each answer. */
    static final Duration TOTAL = Duration.ofSeconds(30);

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int PERMANENT = 500;
    private static final String LOGIN_FIRST = "530 ";
    private static final String NO_STARTTLS = "STARTTLS is required but host does not support STARTTLS";

    private final Settings settings;
    private final Wire wire;
    private final Session session;

    /** What encrypts the connection. */
    enum Encryption {
        /** The connection begins in the open and must be encrypted before anything else is said. */
        STARTTLS,
        TLS,
        /** For a server of one's own. */
        NONE
    }

    /** Who sends what where; a user and a password where the server asks for them. */
    record Settings(
            Wire.Place server,
            Encryption encryption,
            String from,
            List<String> to,
            Optional<String> user,
            Optional<Secret> password) {}

    EmailReceiver(Settings settings, Wire wire) {
        this.settings = settings;
        this.wire = wire;
        Properties properties = new Properties();
        properties.put("mail.smtp.host", settings.server.host());
        properties.put("mail.smtp.port", Integer.toString(settings.server.port()));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.socketFactory", wire.tls());
        properties.put("mail.smtp.sendpartial", "true"); // who has left keeps the mail from nobody else
        properties.put("mail.smtp.starttls.required", Boolean.toString(settings.encryption == Encryption.STARTTLS));
        properties.put("mail.smtp.starttls.enable", Boolean.toString(settings.encryption == Encryption.STARTTLS));
        properties.put("mail.smtp.auth", Boolean.toString(settings.user.isPresent()));
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
        String server = settings.server.host() + ":" + settings.server.port();
        try {
            MimeMessage message = message(notification.readable());
            return wire.talk(settings.server, settings.encryption == Encryption.TLS, line -> {
                send(message, line);
                return new Outcome.Delivered();
            });
        } catch (AddressException e) {
            return new Outcome.Refused("an address is none: " + e.getRef());
        } catch (SendFailedException e) {
            return untaken(e, server);
        } catch (MessagingException e) {
            return new Outcome.Later(server + " " + reason(e), SOON);
        } catch (Wire.Refused e) {
            return new Outcome.Refused(e.getMessage());
        } catch (IOException e) {
            return new Outcome.Later(server + " " + reason(e), SOON);
        }
    }

    private void send(MimeMessage message, Wire.Line line) throws IOException, MessagingException {
        URLName name = new URLName("smtp", settings.server.host(), settings.server.port(), null, null, null);
        try (SMTPTransport transport = new SMTPTransport(session, name)) {
            transport.connect(line.socket());
            transport.sendMessage(message, message.getAllRecipients());
        }
    }

    private Outcome untaken(SendFailedException e, String server) {
        if (count(e.getValidSentAddresses()) > 0) { // once more would tell these again
            return new Outcome.Refused(server + " took the mail, but not for "
                    + Stream.of(e.getInvalidAddresses(), e.getValidUnsentAddresses())
                            .filter(Objects::nonNull)
                            .flatMap(Arrays::stream)
                            .map(Address::toString)
                            .collect(Collectors.joining(", ")));
        }
        String reason = server + " " + answer(e);
        return permanent(e) ? new Outcome.Refused(reason) : new Outcome.Later(reason, SOON);
    }

    /** The codes of the answers that say no, and to what; their words may quote what the server was sent. */
    private static String answer(SendFailedException e) {
        List<String> noes = Stream.iterate((Exception) e, Objects::nonNull, EmailReceiver::next)
                .flatMap(one -> switch (one) {
                    case SMTPAddressFailedException to -> Stream.of(to.getReturnCode() + " to " + to.getAddress());
                    case SMTPSenderFailedException from ->
                        Stream.of(from.getReturnCode() + " to mail from " + from.getAddress());
                    case SMTPSendFailedException mail
                    when mail.getNextException() == null -> Stream.of(mail.getReturnCode() + " to the mail");
                    default -> Stream.empty();
                })
                .toList();
        return (noes.isEmpty() ? "did not take the mail" : "answered " + String.join(", ", noes))
                + (noes.stream().anyMatch(no -> no.startsWith(LOGIN_FIRST))
                        ? "; it asks for user and password_file, or for encryption"
                        : "");
    }

    private static Exception next(Exception e) {
        return e instanceof MessagingException message ? message.getNextException() : null;
    }

    /** In our words: those of the library may quote what the server was sent. */
    private String reason(MessagingException e) {
        return switch (e) {
            case AuthenticationFailedException _ ->
                "refuses the user `" + settings.user.orElse("") + "` or the password; check user and password_file";
            case MessagingException _
            when NO_STARTTLS.equals(e.getMessage()) ->
                "offers no STARTTLS; set encryption: tls, or none with allow_private: true for a server of your own";
            case MessagingException _ when e.getCause() instanceof IOException cause -> reason(cause);
            default -> "did not take the mail: " + e.getClass().getSimpleName();
        };
    }

    private String reason(IOException e) {
        return ConnectionTrouble.reason(e, settings.server.host(), "encryption")
                + (e instanceof SocketTimeoutException && settings.encryption != Encryption.TLS
                        ? "; if it speaks TLS from the start, set encryption: tls"
                        : "");
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
