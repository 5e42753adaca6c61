package observatory.analysis.alert;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An SMTP server for one mail, which refuses one line for ever and takes every other. */
final class SmtpScript implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final StringBuffer heard = new StringBuffer();

    SmtpScript(String refused) throws IOException {
        Thread.ofVirtual().start(() -> serve(refused));
    }

    int port() {
        return server.getLocalPort();
    }

    /** What the client said, line by line; after {@link EmailReceiver#tell} all of it. */
    String heard() {
        return heard.toString();
    }

    private void serve(String refused) {
        try (Socket client = server.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(client.getOutputStream(), true, StandardCharsets.UTF_8)) {
            out.print("220 here\r\n");
            out.flush();
            boolean data = false;
            for (String line = in.readLine(); line != null && !line.equals("QUIT"); line = in.readLine()) {
                heard.append(line).append('\n');
                data = line.equals("DATA") || data && !line.equals(".");
                if (!data || line.equals("DATA")) {
                    out.print(
                            line.equals("DATA") ? "354 go on\r\n" : line.equals(refused) ? "550 no\r\n" : "250 ok\r\n");
                    out.flush();
                }
            }
        } catch (IOException e) {
            heard.append(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
