package observatory.analysis.alert;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts a body and reads the status of the answer, over HTTP/1.1 on its own connection. Written for hostile receivers:
 * the name is resolved once, every address checked and that address connected to (no client of a library lets one pin
 * it and keep the host name for TLS); redirects are not followed; the whole exchange has one deadline; of the answer at
 * most 64 KiB are read. An error never shows the URL, and nothing of the answer but its status.
 */
final class HttpPost {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration TOTAL = Duration.ofSeconds(10);
    private static final int LARGEST_HEAD = 64 << 10;

    private final Addresses.Resolver resolver;
    private final LongSupplier nanos;
    private final SSLSocketFactory tls;
    private final Duration total;

    HttpPost(Addresses.Resolver resolver, LongSupplier nanos, SSLSocketFactory tls, Duration total) {
        this.resolver = resolver;
        this.nanos = nanos;
        this.tls = tls;
        this.total = total;
    }

    /** The system's resolver, clock and trust. */
    static HttpPost standard() {
        return new HttpPost(
                InetAddress::getAllByName, System::nanoTime, (SSLSocketFactory) SSLSocketFactory.getDefault(), TOTAL);
    }

    /** A status, and after how many seconds the receiver wants to be asked again. */
    record Answer(int status, OptionalLong retryAfterSeconds) {}

    /** What is sent. */
    record Message(String target, Map<String, String> headers, byte[] body) {}

    Answer send(Endpoint endpoint, Message message) throws IOException {
        long deadline = nanos.getAsLong() + total.toNanos();
        InetAddress address = address(endpoint);
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, endpoint.port()), Math.toIntExact(CONNECT.toMillis()));
            Thread guard = guard(plain, deadline);
            try (Socket socket = endpoint.tls() ? secured(plain, endpoint) : plain) {
                socket.setSoTimeout(left(deadline));
                socket.getOutputStream().write(head(endpoint, message));
                socket.getOutputStream().write(message.body);
                socket.getOutputStream().flush();
                return answer(readHead(socket, deadline));
            } catch (IOException e) {
                throw nanos.getAsLong() >= deadline ? late() : e;
            } finally {
                guard.interrupt();
            }
        } catch (SocketTimeoutException e) {
            throw late();
        }
    }

    private SocketTimeoutException late() {
        return new SocketTimeoutException("did not answer within " + CONNECT.toSeconds() + " s to connect and "
                + total.toSeconds() + " s in all");
    }

    /** Every address a name has must be allowed: one good among them does not excuse the others. */
    private InetAddress address(Endpoint endpoint) throws IOException {
        InetAddress[] all = resolver.resolve(endpoint.host().replaceAll("[\\[\\]]", ""));
        for (InetAddress one : all) {
            if (!endpoint.privateAllowed() && !Addresses.isPublic(one)) {
                throw new Refused(endpoint.host() + " is " + one.getHostAddress()
                        + ", no public address; set allow_private: true if that is meant");
            }
        }
        return all[0];
    }

    /** Not to be tried again. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** Closes the connection at the deadline: a write or a handshake that hangs heeds no time-out. */
    private Thread guard(Socket socket, long deadline) {
        return Thread.ofVirtual().start(() -> {
            try {
                TimeUnit.NANOSECONDS.sleep(deadline - nanos.getAsLong());
                socket.close();
            } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt(); // the exchange is over, or the connection already is
            }
        });
    }

    private Socket secured(Socket plain, Endpoint endpoint) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, endpoint.host(), endpoint.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static byte[] head(Endpoint endpoint, Message message) {
        StringBuilder head = new StringBuilder("POST ")
                .append(message.target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(endpoint.host())
                .append(':')
                .append(endpoint.port())
                .append("\r\nConnection: close\r\nUser-Agent: observatory\r\nContent-Length: ")
                .append(message.body.length)
                .append("\r\n");
        message.headers.forEach((name, value) -> {
            if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw new IllegalArgumentException("the header " + name + " has a character that no header may have");
            }
            head.append(name).append(": ").append(value).append("\r\n");
        });
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private List<String> readHead(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        byte[] chunk = new byte[1024];
        while (head.indexOf("\r\n\r\n") < 0 && head.length() < LARGEST_HEAD) {
            socket.setSoTimeout(left(deadline));
            int n = in.read(chunk);
            if (n < 0) {
                break;
            }
            head.append(new String(chunk, 0, n, StandardCharsets.ISO_8859_1));
        }
        return head.toString().lines().takeWhile(line -> !line.isEmpty()).toList();
    }

    private static Answer answer(List<String> head) throws IOException {
        String[] status = head.isEmpty() ? new String[0] : head.getFirst().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[1-5]\\d\\d")) {
            throw new IOException("the answer is no HTTP");
        }
        OptionalLong after = head.stream()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.matches("retry-after:\\s*\\d{1,6}\\s*"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
        return new Answer(Integer.parseInt(status[1]), after);
    }

    private int left(long deadline) throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - nanos.getAsLong());
        if (left <= 0) {
            throw new SocketTimeoutException("deadline");
        }
        return Math.toIntExact(left);
    }
}
