package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.DummySSLServerSocketFactory;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import observatory.analysis.Kind;
import observatory.analysis.alert.EmailReceiver.Encryption;
import observatory.stream.cluster.Secret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail over TLS from the start, against a real server, and from STARTTLS on, with its certificate and without trust. */
class EmailTlsTest {
    private static final String PASSWORD = "p4ssw0rd-canary";
    private static final SSLSocketFactory NOBODY = (SSLSocketFactory) SSLSocketFactory.getDefault();
    private static final String UNTRUSTED = " shows a certificate that nobody trusted here has signed; have it send its"
            + " whole chain, or give its issuer to this Java: keytool -importcert -cacerts -file FILE";

    @TempDir
    static Path folder;

    private static SelfSigned certificate;
    private static GreenMail server;

    @BeforeAll
    static void start() throws Exception {
        certificate = SelfSigned.of("smtp.example", folder);
        System.setProperty(
                DummySSLServerSocketFactory.GREENMAIL_KEYSTORE_FILE_PROPERTY,
                certificate.file().toString());
        server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
        server.setUser("oncall@example.org", "user", PASSWORD);
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop();
        System.clearProperty(DummySSLServerSocketFactory.GREENMAIL_KEYSTORE_FILE_PROPERTY);
    }

    private static Outcome tell(Wire.Place place, Encryption encryption, SSLSocketFactory trust, String password) {
        return tell(place, encryption, password, wire(trust, Duration.ofSeconds(30)));
    }

    private static Wire wire(SSLSocketFactory trust, Duration total) {
        return new Wire(name -> new InetAddress[] {InetAddress.getLoopbackAddress()}, System::nanoTime, trust, total);
    }

    private static Outcome tell(Wire.Place place, Encryption encryption, String password, Wire wire) {
        return new EmailReceiver(
                        new EmailReceiver.Settings(
                                place,
                                encryption,
                                "observatory@example.org",
                                List.of("oncall@example.org"),
                                Optional.of("user"),
                                Optional.of(new Secret(password))),
                        wire)
                .tell(Said.notification(Kind.LOSS_SPIKE));
    }

    private static Wire.Place at(String host, int port) {
        return new Wire.Place(host, port, true);
    }

    private static Wire.Place smtps(String host) {
        return at(host, server.getSmtps().getPort());
    }

    private static String later(Outcome outcome) {
        String reason = assertInstanceOf(Outcome.Later.class, outcome).reason();
        assertTrue(!reason.contains(PASSWORD), reason);
        return reason;
    }

    @Test
    void aServerWithATrustedCertificateOfItsNameIsToldAndAskedForNothingElse() throws Exception {
        int before = server.getReceivedMessages().length;
        assertInstanceOf(
                Outcome.Delivered.class, tell(smtps("smtp.example"), Encryption.TLS, certificate.trusting(), PASSWORD));
        assertEquals(before + 1, server.getReceivedMessages().length);
    }

    @Test
    void aWrongPasswordIsToldWithTheUser() throws Exception {
        Wire.Place place = smtps("smtp.example");
        assertEquals(
                "smtp.example:" + place.port()
                        + " refuses the user `user` or the password; check user and password_file",
                later(tell(place, Encryption.TLS, certificate.trusting(), "wrong")));
    }

    /** Each waits for the other to speak first. */
    @Test
    void aServerThatSpeaksTlsFromTheStartIsNamedWhereItIsAskedForStarttls() throws Exception {
        try (SmtpScript script = SmtpScript.tls(certificate.serving())) {
            assertEquals(
                    "smtp.example:" + script.port()
                            + " did not answer within 3 s to connect and 1 s in all; if it speaks"
                            + " TLS from the start, set encryption: tls",
                    later(tell(
                            at("smtp.example", script.port()),
                            Encryption.STARTTLS,
                            PASSWORD,
                            wire(NOBODY, Duration.ofSeconds(1)))));
        }
    }

    /** Both ways, by a server that hears nothing it may not. */
    private static void assertNotTaken(String host, SSLSocketFactory trust, String why) throws Exception {
        for (Encryption encryption : List.of(Encryption.TLS, Encryption.STARTTLS)) {
            try (SmtpScript script = encryption == Encryption.TLS
                    ? SmtpScript.tls(certificate.serving())
                    : SmtpScript.starttls(certificate.serving())) {
                assertEquals(
                        host + ":" + script.port() + why,
                        later(tell(at(host, script.port()), encryption, trust, PASSWORD)));
                assertTrue(!script.heard().contains("MAIL FROM"), script::heard);
            }
        }
    }

    @Test
    void aCertificateOfAnotherNameIsNotTaken() throws Exception {
        assertNotTaken(
                "other.example",
                certificate.trusting(),
                " shows a certificate that is not for other.example; name the host as its certificate does");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotTaken() throws Exception {
        assertNotTaken("smtp.example", NOBODY, UNTRUSTED);
    }

    @Test
    void nothingIsSaidInTheOpenBeforeStarttls() throws Exception {
        try (SmtpScript script = SmtpScript.starttls(certificate.serving())) {
            assertInstanceOf(
                    Outcome.Delivered.class,
                    tell(at("smtp.example", script.port()), Encryption.STARTTLS, certificate.trusting(), PASSWORD));
            List<String> heard = script.heard().lines().toList();
            assertTrue(heard.get(0).startsWith("EHLO "), script::heard);
            assertEquals("STARTTLS", heard.get(1));
            assertTrue(heard.contains("RCPT TO:<oncall@example.org>"), script::heard);
        }
    }
}
