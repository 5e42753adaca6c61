package observatory.analysis.alert;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Connections to receivers, written for hostile ones: the name is resolved once, every address checked and that address
 * connected to (no client of a library lets one pin it and keep the host name for TLS); a certificate must be trusted
 * and of that name; the whole conversation has one deadline.
 */
final class Wire {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final Addresses.Resolver resolver;
    private final LongSupplier nanos;
    private final SSLSocketFactory tls;
    private final Duration total;

    /** @param total how long a conversation may take, with connecting */
    Wire(Addresses.Resolver resolver, LongSupplier nanos, SSLSocketFactory tls, Duration total) {
        this.resolver = resolver;
        this.nanos = nanos;
        this.tls = tls;
        this.total = total;
    }

    /** The system's resolver, clock and trust. */
    static Wire standard(Duration total) {
        return new Wire(
                InetAddress::getAllByName, System::nanoTime, (SSLSocketFactory) SSLSocketFactory.getDefault(), total);
    }

    /** @param privateAllowed whether addresses of private networks and of this machine may be connected to */
    record Place(String host, int port, boolean privateAllowed) {}

    /** What is said over a connection. */
    interface Talk<T, E extends Exception> {
        T over(Line line) throws IOException, E;
    }

    /** A connection, and how long it may still be used. */
    final class Line {
        private final Socket socket;
        private final long deadline;

        private Line(Socket socket, long deadline) {
            this.socket = socket;
            this.deadline = deadline;
        }

        Socket socket() {
            return socket;
        }

        /** No read waits beyond the deadline. */
        void hurry() throws IOException {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - nanos.getAsLong());
            if (left <= 0) {
                throw late();
            }
            socket.setSoTimeout(Math.toIntExact(left));
        }
    }

    /** Who checks certificates of a connection that is encrypted later. */
    SSLSocketFactory tls() {
        return tls;
    }

    /**
     * @throws Refused where the place has an address that may not be connected to
     * @throws SocketTimeoutException where it all took too long, whatever was being said then
     */
    <T, E extends Exception> T talk(Place place, boolean encrypted, Talk<T, E> talk) throws IOException, E {
        long deadline = nanos.getAsLong() + total.toNanos();
        InetAddress address = address(place);
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, place.port), Math.toIntExact(CONNECT.toMillis()));
            Thread guard = guard(plain, deadline);
            try (Socket socket = encrypted ? secured(plain, place, deadline) : plain) {
                Line line = new Line(socket, deadline);
                line.hurry();
                return talk.over(line);
            } catch (Exception e) {
                if (nanos.getAsLong() >= deadline) {
                    throw late();
                }
                throw e;
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
    private InetAddress address(Place place) throws IOException {
        String name = place.host.replaceAll("[\\[\\]]", "");
        InetAddress[] all = resolver.resolve(name);
        for (InetAddress one : all) {
            if (!place.privateAllowed && !Addresses.isPublic(one)) {
                throw new Refused(place.host + " is " + one.getHostAddress()
                        + ", no public address; set allow_private: true if that is meant");
            }
        }
        return InetAddress.getByAddress(name, all[0].getAddress()); // by that name it is asked for its certificate
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
                Thread.currentThread().interrupt(); // the conversation is over, or the connection already is
            }
        });
    }

    private Socket secured(Socket plain, Place place, long deadline) throws IOException {
        new Line(plain, deadline).hurry();
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, place.host, place.port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
