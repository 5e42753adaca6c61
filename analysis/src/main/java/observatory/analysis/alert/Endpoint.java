package observatory.analysis.alert;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import observatory.stream.cluster.Secret;

/**
 * Where a message may go: https to a public host unless private networks are allowed, then http too. The URL comes from
 * the local configuration only, and is a secret, because those of chat services are.
 */
record Endpoint(Secret url, Wire.Place place, boolean tls) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    /** What resolvers of some systems take for an address: 127.1, 0x7f.1, 2130706433. */
    private static final Pattern NUMERIC =
            Pattern.compile("(0[xX][0-9a-fA-F]*|[0-9]+)(\\.(0[xX][0-9a-fA-F]*|[0-9]+))*\\.?");

    private static final Pattern DOTTED =
            Pattern.compile("(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})");

    /**
     * @param allowedHosts hosts that may be named; empty: any
     * @throws IllegalArgumentException where the URL is none that may be used, without showing it
     */
    static Endpoint of(String receiver, Secret url, boolean privateAllowed, Set<String> allowedHosts) {
        URI uri = parse(receiver, url.reveal());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(scheme.equals("http") && privateAllowed)) {
            throw refused(
                    receiver,
                    "the scheme is `" + scheme + "`",
                    "use https" + (scheme.equals("http") ? ", or allow_private: true for a host of your own" : ""));
        }
        if (uri.getRawUserInfo() != null) {
            throw refused(receiver, "there is a user before the host", "put credentials elsewhere");
        }
        String host = host(receiver, uri);
        if (!allowedHosts.isEmpty() && !allowedHosts.contains(host)) {
            throw refused(receiver, "the host " + host + " is not among allowed_hosts", "add it there");
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? HTTPS : HTTP;
        return new Endpoint(url, new Wire.Place(host, port, privateAllowed), tls);
    }

    private static URI parse(String receiver, String text) {
        try {
            return new URI(text.strip());
        } catch (URISyntaxException e) {
            throw refused(receiver, "it is no URL", "check it at character " + e.getIndex());
        }
    }

    private static String host(String receiver, URI uri) {
        String host = uri.getHost();
        if (host == null) {
            throw refused(receiver, "there is no host that can be read", "write https://HOST/PATH");
        }
        if (host.startsWith("[")) {
            return host;
        }
        String ascii = IDN.toASCII(host);
        boolean name = NAME.matcher(ascii).matches() && !ascii.contains("..");
        if (!name || NUMERIC.matcher(ascii).matches() && !DOTTED.matcher(ascii).matches()) {
            throw refused(receiver, "`" + host + "` is no host name and no plain address", "write it out");
        }
        return ascii.toLowerCase(Locale.ROOT);
    }

    String host() {
        return place.host();
    }

    private static IllegalArgumentException refused(String receiver, String reason, String next) {
        return new IllegalArgumentException("receiver " + receiver + ": its URL is refused, " + reason + "; " + next);
    }

    /** Path and query to ask for, {@code /} at least. */
    String target(String below) {
        URI uri = URI.create(url.reveal().strip());
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String joined = below.isEmpty() ? path : path.replaceFirst("/+$", "") + below;
        return (joined.isEmpty() ? "/" : joined) + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }
}
