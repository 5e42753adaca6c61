package observatory.analysis.alert;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Why a place could not be spoken to, in our words where we know some, and what to do about it. */
final class ConnectionTrouble {
    private ConnectionTrouble() {}

    /** @param setting what in the configuration says that the port speaks TLS */
    static String reason(IOException e, String host, String setting) {
        return switch (e) {
            case SocketTimeoutException _ -> e.getMessage();
            case UnknownHostException _ -> "has no address; check the name, and what resolves names here";
            case SSLException tls -> distrust(tls, host, setting);
            // The words of a socket may begin with the host once more.
            default ->
                "could not be reached: "
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
    }

    private static String distrust(SSLException e, String host, String setting) {
        if (caused(e, CertificateExpiredException.class)) {
            return "shows a certificate that has expired; renew it there";
        }
        if (caused(e, CertPathBuilderException.class) || caused(e, CertPathValidatorException.class)) {
            return "shows a certificate that nobody trusted here has signed; have it send its whole chain, or give its"
                    + " issuer to this Java: keytool -importcert -cacerts -file FILE";
        }
        if (caused(e, CertificateException.class)) {
            return "shows a certificate that is not for " + host + "; name the host as its certificate does";
        }
        return e instanceof SSLHandshakeException
                ? "ended the handshake of TLS: " + e.getMessage()
                : "could not be spoken to by TLS; compare " + setting + " with what the port speaks";
    }

    private static boolean caused(Throwable e, Class<? extends Throwable> by) {
        return Stream.iterate(e, one -> one != null, Throwable::getCause).anyMatch(by::isInstance);
    }
}
