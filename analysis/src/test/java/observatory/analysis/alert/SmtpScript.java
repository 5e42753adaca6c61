package observatory.analysis.alert;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An SMTP server for one mail, which refuses one line for ever and takes every other; in the open, or by TLS. */
final class SmtpScript implements AutoCloseable {
    private final ServerSocket server;
    private final StringBuffer heard = new StringBuffer();

    SmtpScript(String refused) throws IOException {
        this(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), refused, Optional.empty());
    }

    private SmtpScript(ServerSocket server, String refused, Optional<SSLContext> starttls) {
        this.server = server;
        Thread.ofVirtual().start(() -> serve(refused, starttls));
    }

    static SmtpScript starttls(SSLContext context) throws IOException {
        return new SmtpScript(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), "", Optional.of(context));
    }

    static SmtpScript tls(SSLContext context) throws IOException {
        return new SmtpScript(
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress()),
                "",
                Optional.empty());
    }

    int port() {
        return server.getLocalPort();
    }

    /** What the client said, line by line; after {@link EmailReceiver#tell} all of it. */
    String heard() {
        return heard.toString();
    }

    private void serve(String refused, Optional<SSLContext> starttls) {
        try (Socket client = server.accept()) {
            say(client, "220 here");
            if (talk(client, refused, starttls.isPresent() ? "250-here\r\n250 STARTTLS" : "250 ok")) {
                SSLSocket tls = (SSLSocket)
                        starttls.orElseThrow().getSocketFactory().createSocket(client, null, client.getPort(), true);
                tls.setUseClientMode(false);
                talk(tls, refused, "250 ok");
            }
        } catch (IOException e) {
            heard.append(e);
        }
    }

    /** Until the client says no more or wants to go on encrypted; whether it does. */
    private boolean talk(Socket client, String refused, String welcome) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        boolean data = false;
        for (String line = in.readLine(); line != null && !line.equals("QUIT"); line = in.readLine()) {
            heard.append(line).append('\n');
            data = line.equals("DATA") || data && !line.equals(".");
            if (line.equals("STARTTLS")) {
                say(client, "220 go on");
                return true;
            } else if (line.equals("DATA")) {
                say(client, "354 go on");
            } else if (!data) {
                say(client, line.equals(refused) ? "550 no" : line.startsWith("EHLO") ? welcome : "250 ok");
            }
        }
        return false;
    }

    private static void say(Socket client, String answer) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
