package observatory.stream.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.apache.kafka.common.utils.Utils;

/**
 * What is at the other end of an address, as far as it shows to who speaks in the open. Kafka's clients tell of a port
 * that speaks otherwise than they do, as of one that is closed, only that time ran out.
 */
public enum Listener {
    /** No port of these takes connections. */
    NOBODY,
    /** It takes connections, and answers nothing in time. */
    SILENT,
    /** It answers as a broker without TLS does. */
    OPEN,
    /** It ends what is not encrypted. */
    CLOSED;

    private static final int PATIENCE_MILLIS = 1000;
    /** ApiVersions, version 0, without a client's name, behind its length: any broker answers it before a login. */
    private static final byte[] VERSIONS = {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, -1, -1};

    /** Asks the first of these that takes a connection, a second at most each. */
    static Listener at(String bootstrap) {
        for (String address : bootstrap.split(",")) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(Utils.getHost(address.strip()), Utils.getPort(address.strip())),
                        PATIENCE_MILLIS);
                return answer(socket);
            } catch (IOException e) {
                // The next may.
            }
        }
        return NOBODY;
    }

    private static Listener answer(Socket socket) {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(VERSIONS);
            // The length of an answer begins with 0, an alert of TLS with 21.
            return socket.getInputStream().read() == 0 ? OPEN : CLOSED;
        } catch (SocketTimeoutException e) {
            return SILENT;
        } catch (IOException e) {
            return CLOSED;
        }
    }
}
