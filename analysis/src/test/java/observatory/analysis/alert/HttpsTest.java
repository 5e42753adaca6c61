package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import observatory.stream.cluster.Secret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS of a pinned address is still checked against the host name. */
class HttpsTest {
    @TempDir
    static Path folder;

    private static HttpsServer server;
    private static SSLSocketFactory trusting;

    @BeforeAll
    static void start() throws Exception {
        SelfSigned certificate = SelfSigned.of("hooks.example", folder);
        trusting = certificate.trusting();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.serving()));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static HttpPost.Answer post(String host, SSLSocketFactory tls) throws Exception {
        HttpPost http = new HttpPost(new Wire(
                name -> new InetAddress[] {InetAddress.getLoopbackAddress()},
                System::nanoTime,
                tls,
                Duration.ofSeconds(30)));
        String url = "https://" + host + ":" + server.getAddress().getPort() + "/x";
        return http.send(
                Endpoint.of("hook", new Secret(url), true, Set.of()),
                new HttpPost.Message("/x", Map.of(), new byte[] {'{', '}'}));
    }

    @Test
    void aTrustedCertificateOfTheRightHostIsTaken() throws Exception {
        assertEquals(204, post("hooks.example", trusting).status());
    }

    @Test
    void aTrustedCertificateOfAnotherHostIsNot() {
        assertThrows(SSLException.class, () -> post("other.example", trusting));
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNot() {
        SSLSocketFactory standard = (SSLSocketFactory) SSLSocketFactory.getDefault();
        assertThrows(SSLException.class, () -> post("hooks.example", standard));
    }
}
