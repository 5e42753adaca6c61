package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import observatory.stream.cluster.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P32: where a message may go. */
class EndpointTest {
    private static final String CANARY = "c4nary-t0ken";

    private static Endpoint endpoint(String url, boolean privateAllowed) {
        return Endpoint.of("hook", new Secret(url), privateAllowed, Set.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org/" + CANARY,
                "gopher://example.org/" + CANARY,
                "file:///etc/passwd?" + CANARY,
                "https://good.example@169.254.169.254/" + CANARY,
                "https://user:" + CANARY + "@example.org/",
                "https://0x7f.1/" + CANARY,
                "https://127.1/" + CANARY,
                "https://2130706433/" + CANARY,
                "https://0177.0.0.1/" + CANARY,
                "https:///" + CANARY,
                "https://exa mple.org/" + CANARY,
                "//example.org/" + CANARY,
                CANARY
            })
    void whatIsNoPlainHttpsUrlIsRefusedWithoutShowingIt(String url) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> endpoint(url, false));
        assertTrue(!error.getMessage().contains(CANARY), error.getMessage());
        assertTrue(error.getMessage().startsWith("receiver hook:"), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "192.0.0.8",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:db8::1"
            })
    void privateAddressesAreKnown(String address) throws UnknownHostException {
        assertTrue(!Addresses.isPublic(InetAddress.getByName(address)), address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"})
    void publicAddressesAreKnown(String address) throws UnknownHostException {
        assertTrue(Addresses.isPublic(InetAddress.getByName(address)), address);
    }

    @Test
    void aNameThatIsPrivateIsRefusedAndNotTriedAgain() {
        HttpPost post = post(InetAddress.getLoopbackAddress());
        IOException error = assertThrows(
                Wire.Refused.class, () -> post.send(endpoint("https://internal.example/" + CANARY, false), empty()));
        assertEquals(
                "internal.example is 127.0.0.1, no public address; set allow_private: true if that is meant",
                error.getMessage());
    }

    /** One good address among others excuses none of them, and the name is asked for once, so it cannot change. */
    @Test
    void aNameIsResolvedOnceAndAllItsAddressesCount() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpPost post = new HttpPost(new Wire(
                host -> {
                    asked.incrementAndGet();
                    return new InetAddress[] {InetAddress.getByName("8.8.8.8"), InetAddress.getByName("10.0.0.1")};
                },
                System::nanoTime,
                (SSLSocketFactory) SSLSocketFactory.getDefault(),
                Duration.ofSeconds(10)));
        assertThrows(Wire.Refused.class, () -> post.send(endpoint("https://both.example/", false), empty()));
        assertEquals(1, asked.get());
    }

    @Test
    void onlyHostsOfTheListAreAllowedWhereThereIsOne() {
        Secret url = new Secret("https://elsewhere.example/x");
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of("hook", url, false, Set.of("hooks.slack.com")));
        assertEquals(
                443,
                Endpoint.of("hook", url, false, Set.of("elsewhere.example"))
                        .place()
                        .port());
    }

    @Test
    void aPathBelowIsJoined() {
        assertEquals("/api/v2/alerts", endpoint("https://h/", false).target("/api/v2/alerts"));
        assertEquals(
                "/am/api/v2/alerts?t=1", endpoint("https://h/am/?t=1", false).target("/api/v2/alerts"));
        assertEquals("/", endpoint("https://h", false).target(""));
        assertEquals("<secret>", endpoint("https://h/x", false).url().toString());
    }

    private static HttpPost post(InetAddress address) {
        return new HttpPost(new Wire(
                host -> new InetAddress[] {address},
                System::nanoTime,
                (SSLSocketFactory) SSLSocketFactory.getDefault(),
                Duration.ofSeconds(10)));
    }

    private static HttpPost.Message empty() {
        return new HttpPost.Message("/", Map.of(), new byte[0]);
    }
}
