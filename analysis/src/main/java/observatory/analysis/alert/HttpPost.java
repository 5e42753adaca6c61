package observatory.analysis.alert;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Posts a body and reads the status of the answer, over HTTP/1.1 on a {@link Wire} of its own: redirects are not followed,
 * and of the answer at most 64 KiB are read. An error never shows the URL, and nothing of the answer but its status.
 */
final class HttpPost {
    private static final Duration TOTAL = Duration.ofSeconds(10);
    private static final int LARGEST_HEAD = 64 << 10;

    private final Wire wire;

    HttpPost(Wire wire) {
        this.wire = wire;
    }

    /** The system's resolver, clock and trust. */
    static HttpPost standard() {
        return new HttpPost(Wire.standard(TOTAL));
    }

    /** A status, and after how many seconds the receiver wants to be asked again. */
    record Answer(int status, OptionalLong retryAfterSeconds) {}

    /** What is sent. */
    record Message(String target, Map<String, String> headers, byte[] body) {}

    Answer send(Endpoint endpoint, Message message) throws IOException {
        return wire.talk(endpoint.place(), endpoint.tls(), line -> {
            OutputStream out = line.socket().getOutputStream();
            out.write(head(endpoint, message));
            out.write(message.body);
            out.flush();
            return answer(readHead(line));
        });
    }

    private static byte[] head(Endpoint endpoint, Message message) {
        StringBuilder head = new StringBuilder("POST ")
                .append(message.target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(endpoint.place().host())
                .append(':')
                .append(endpoint.place().port())
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

    private static List<String> readHead(Wire.Line line) throws IOException {
        InputStream in = line.socket().getInputStream();
        StringBuilder head = new StringBuilder();
        byte[] chunk = new byte[1024];
        while (head.indexOf("\r\n\r\n") < 0 && head.length() < LARGEST_HEAD) {
            line.hurry();
            int n = in.read(chunk);
            if (n < 0) {
                break;
            }
            head.append(new String(chunk, 0, n, StandardCharsets.ISO_8859_1));
        }
        return head.toString().lines().takeWhile(text -> !text.isEmpty()).toList();
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
}
