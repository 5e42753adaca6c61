package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Kind;
import observatory.analysis.alert.EmailReceiver.Encryption;
import observatory.stream.cluster.Secret;
import org.junit.jupiter.api.Test;

/** Against a real SMTP server in this process. */
class EmailReceiverTest {
    private static final String PASSWORD = "p4ssw0rd-canary";

    private static EmailReceiver receiver(int port, Encryption encryption, String to, String password) {
        return receiver(new Wire.Place("127.0.0.1", port, true), encryption, List.of(to), password);
    }

    private static EmailReceiver receiver(Wire.Place server, Encryption encryption, List<String> to, String password) {
        return new EmailReceiver(
                new EmailReceiver.Settings(
                        server,
                        encryption,
                        "observatory@example.org",
                        to,
                        Optional.ofNullable(password).map(p -> "user"),
                        Optional.ofNullable(password).map(Secret::new)),
                Wire.standard(EmailReceiver.TOTAL));
    }

    @Test
    void aMailSaysWhatHappenedAndWhatToTry() throws Exception {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.setUser("oncall@example.org", "user", PASSWORD);
        server.start();
        try {
            int port = server.getSmtp().getPort();
            Notification notification = Said.notification(Kind.DIVERGENCE, Kind.THROUGHPUT);
            assertInstanceOf(
                    Outcome.Delivered.class,
                    receiver(port, Encryption.NONE, "oncall@example.org", PASSWORD)
                            .tell(notification));
            MimeMessage mail = server.getReceivedMessages()[0];
            assertEquals(
                    "[WARNING] RunDiverged gpt-1b-7 at step 9: The loss rose at step 9. (and 1 more)",
                    mail.getSubject());
            assertEquals(notification.key(), mail.getHeader("X-Observatory-Idempotency-Key")[0]);
            String text = (String) mail.getContent();
            assertTrue(text.contains("The loss rose at step 9.") && text.contains("Try less."), text);
            assertTrue(text.contains("  steps 5 to 9, since "), text);
            assertTrue(!text.contains(PASSWORD));
        } finally {
            server.stop();
        }
    }

    @Test
    void aTestThatIsAboutNoRunNamesNoSteps() throws Exception {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try {
            receiver(server.getSmtp().getPort(), Encryption.NONE, "oncall@example.org", null)
                    .tell(TestAlert.notification(Said.START));
            String text = (String) server.getReceivedMessages()[0].getContent();
            assertTrue(!text.contains("?") && text.contains("  since " + Said.START), text);
        } finally {
            server.stop();
        }
    }

    @Test
    void aWrongPasswordIsToldWithoutIt() {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.setUser("oncall@example.org", "user", "right");
        server.start();
        try {
            Outcome outcome = receiver(server.getSmtp().getPort(), Encryption.NONE, "oncall@example.org", PASSWORD)
                    .tell(Said.notification(Kind.LOSS_SPIKE));
            Outcome.Later later = assertInstanceOf(Outcome.Later.class, outcome);
            assertTrue(
                    later.reason().endsWith(" refuses the user `user` or the password; check user and password_file"),
                    later.reason());
        } finally {
            server.stop();
        }
    }

    @Test
    void aServerWithoutEncryptionGetsNothingWhereItIsAsked() {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try {
            Outcome outcome = receiver(server.getSmtp().getPort(), Encryption.STARTTLS, "oncall@example.org", null)
                    .tell(Said.notification(Kind.LOSS_SPIKE));
            Outcome.Later later = assertInstanceOf(Outcome.Later.class, outcome);
            assertTrue(later.reason().contains("offers no STARTTLS; set encryption: tls"), later.reason());
            assertEquals(0, server.getReceivedMessages().length);
        } finally {
            server.stop();
        }
    }

    @Test
    void aServerInTheOpenIsNotTakenForOneOfTls() {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try {
            Outcome outcome = receiver(server.getSmtp().getPort(), Encryption.TLS, "oncall@example.org", null)
                    .tell(Said.notification(Kind.LOSS_SPIKE));
            Outcome.Later later = assertInstanceOf(Outcome.Later.class, outcome);
            assertTrue(later.reason().contains("could not be spoken to by TLS"), later.reason());
        } finally {
            server.stop();
        }
    }

    @Test
    void aServerThatIsNotThereIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Outcome outcome =
                receiver(port, Encryption.NONE, "oncall@example.org", null).tell(Said.notification(Kind.LOSS_SPIKE));
        assertEquals(
                "127.0.0.1:" + port + " could not be reached: Connection refused",
                assertInstanceOf(Outcome.Later.class, outcome).reason());
    }

    /** A server that knows all but one; GreenMail takes whoever is named. */
    @Test
    void whoHasLeftKeepsTheMailFromNobodyElse() throws Exception {
        try (SmtpScript server = new SmtpScript("RCPT TO:<left@example.org>")) {
            EmailReceiver receiver = receiver(
                    new Wire.Place("127.0.0.1", server.port(), true),
                    Encryption.NONE,
                    List.of("left@example.org", "oncall@example.org"),
                    null);
            Outcome outcome = receiver.tell(Said.notification(Kind.LOSS_SPIKE));
            assertEquals(
                    "127.0.0.1:" + server.port() + " took the mail, but not for left@example.org",
                    assertInstanceOf(Outcome.Refused.class, outcome).reason());
            assertTrue(server.heard().contains("RCPT TO:<oncall@example.org>"), server::heard);
            assertTrue(server.heard().contains("Try less."), server::heard);
        }
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        assertInstanceOf(
                Outcome.Refused.class,
                receiver(1, Encryption.NONE, "no address@@", null).tell(Said.notification(Kind.LOSS_SPIKE)));
    }

    /** As every receiver: an address of a private network only where it is meant. */
    @Test
    void aServerOfAPrivateNetworkIsRefusedUnlessItIsMeant() {
        Wire.Place internal = new Wire.Place("localhost", 25, false);
        Outcome outcome = receiver(internal, Encryption.STARTTLS, List.of("oncall@example.org"), null)
                .tell(Said.notification(Kind.LOSS_SPIKE));
        assertEquals(
                "localhost is 127.0.0.1, no public address; set allow_private: true if that is meant",
                assertInstanceOf(Outcome.Refused.class, outcome).reason());
    }

    @Test
    void aRefusalSaysToWhatAndWithWhichCode() throws Exception {
        List<String> to = List.of("oncall@example.org");
        try (SmtpScript server = new SmtpScript("RCPT TO:<oncall@example.org>")) {
            Wire.Place place = new Wire.Place("127.0.0.1", server.port(), true);
            Outcome outcome = receiver(place, Encryption.NONE, to, null).tell(Said.notification(Kind.LOSS_SPIKE));
            assertEquals(
                    "127.0.0.1:" + server.port() + " answered 550 to oncall@example.org",
                    assertInstanceOf(Outcome.Refused.class, outcome).reason());
        }
        try (SmtpScript server = new SmtpScript("MAIL FROM:<observatory@example.org>")) {
            Wire.Place place = new Wire.Place("127.0.0.1", server.port(), true);
            Outcome outcome = receiver(place, Encryption.NONE, to, null).tell(Said.notification(Kind.LOSS_SPIKE));
            assertEquals(
                    "127.0.0.1:" + server.port() + " answered 550 to mail from observatory@example.org",
                    assertInstanceOf(Outcome.Refused.class, outcome).reason());
        }
    }
}
