package observatory.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A connection that misbehaves: slow, half-open, or reset, whatever the test says at the moment. */
public final class TcpProxy implements AutoCloseable {
    public enum Mode {
        PASS,
        /** A chunk of at most 2 KB every 5 ms. */
        SLOW,
        /** Takes everything and hands on nothing. */
        HALF_OPEN,
        /** Ends every connection with RST. */
        RESET
    }

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile Mode mode = Mode.PASS;

    public TcpProxy() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public void to(int port) {
        target = port;
    }

    /** From now on; connections there are already change as well. */
    public void mode(Mode next) {
        mode = next;
        if (next == Mode.RESET) {
            sockets.forEach(TcpProxy::reset);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(TcpProxy::reset);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (mode == Mode.RESET) {
                    reset(client);
                    continue;
                }
                Socket broker = new Socket();
                broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 1000);
                sockets.add(client);
                sockets.add(broker);
                Thread.ofVirtual().start(() -> copy(client, broker));
                Thread.ofVirtual().start(() -> copy(broker, client));
            } catch (IOException e) {
                // The broker is away or the proxy is closed; the client sees its connection end.
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] bytes = new byte[2048];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (mode == Mode.SLOW) {
                    LockSupport.parkNanos(5_000_000);
                }
                if (mode != Mode.HALF_OPEN) {
                    out.write(bytes, 0, count);
                }
            }
        } catch (IOException e) {
            // One side ended it; both end.
            sockets.remove(from);
        }
        sockets.remove(to);
    }

    private static void reset(Socket socket) {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException e) {
            assert socket.isClosed();
        }
    }
}
