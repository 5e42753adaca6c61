package observatory.stream.cluster;

import observatory.stream.cluster.KafkaErrors.Explained;
import observatory.stream.cluster.KafkaErrors.Kind;

/** Time ran out, for any of many reasons: what the port does to who speaks in the open tells some of them apart. */
final class Unanswered {
    private Unanswered() {}

    static Explained explain(String cluster, Connection connection, Throwable error) {
        String protocol = connection.protocol();
        boolean encrypted = protocol.endsWith("SSL");
        String mine = "security.protocol=" + protocol;
        return switch (Listener.at(connection.bootstrap())) {
            case NOBODY ->
                new Explained(
                        Kind.CANNOT_CONNECT,
                        cluster + " does not answer: nothing takes connections there; start it, or correct"
                                + " bootstrap.servers");
            case SILENT ->
                new Explained(
                        Kind.CANNOT_CONNECT,
                        cluster + " does not answer: it takes connections and then says nothing; look at its own log,"
                                + " or correct bootstrap.servers");
            case OPEN ->
                encrypted
                        ? KafkaErrors.tls(
                                cluster,
                                mine + ", and that port speaks no TLS",
                                "set security.protocol=" + protocol.replace("SSL", "PLAINTEXT")
                                        + ", or name the port that speaks TLS")
                        : answers(cluster, protocol, error);
            case CLOSED ->
                encrypted
                        ? answers(cluster, protocol, error)
                        : KafkaErrors.tls(
                                cluster,
                                mine + ", and that port takes nothing unencrypted",
                                "set security.protocol to SSL, or to SASL_SSL where it asks for a login");
        };
    }

    /** Both speak the same, and yet nothing came of it. */
    private static Explained answers(String cluster, String protocol, Throwable error) {
        if (KafkaErrors.texts(error).contains("not present in metadata")) {
            return KafkaErrors.noTopic(cluster, KafkaErrors.last(error));
        }
        String login = protocol.startsWith("SASL")
                ? ""
                : ", or set security.protocol to SASL_" + protocol + " where it asks for a login";
        return new Explained(
                Kind.CANNOT_CONNECT,
                cluster + " does not answer in time: " + KafkaErrors.last(error) + "; look at its own log" + login);
    }
}
