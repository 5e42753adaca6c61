package observatory.stream.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How to reach a Kafka cluster: any settings its clients know, passed on as they are, except the few that the promises
 * of this program rest on ({@link #ENFORCED}). Printing it shows no secret.
 */
public final class Connection {
    /** Settings that are ours whatever was asked for: no item lost, doubled or out of order. */
    public static final Map<String, String> ENFORCED = Map.of(
            ProducerConfig.ACKS_CONFIG, "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");

    static {
        // A setting is what it says: nothing in it may make a client read files or the environment.
        System.setProperty("org.apache.kafka.automatic.config.providers", "none");
    }

    private final SortedMap<String, Object> settings;

    private Connection(SortedMap<String, Object> settings) {
        this.settings = settings;
    }

    /** A cluster without authentication, such as the embedded broker. */
    public static Connection to(String bootstrap) {
        return of(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    }

    /**
     * @param settings of Kafka's clients, by their own names
     * @throws IllegalArgumentException where there is no bootstrap.servers
     */
    public static Connection of(Map<String, String> settings) {
        String bootstrap = settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        if (bootstrap == null || bootstrap.isBlank()) {
            throw new IllegalArgumentException(
                    "no broker is named: bootstrap.servers is not set; set it in the "
                            + "configuration (kafka.bootstrap.servers), with --kafka-config or OBSERVATORY_KAFKA_BOOTSTRAP_SERVERS");
        }
        SortedMap<String, Object> all = new TreeMap<>();
        settings.forEach((name, value) -> all.put(name, Secret.named(name) ? new Secret(value) : value));
        return new Connection(all);
    }

    /** The addresses first asked for the cluster. */
    public String bootstrap() {
        return settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG).toString();
    }

    /** How the clients speak to it: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL. */
    public String protocol() {
        return setting(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG)
                .orElse(CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL);
    }

    /** A setting that is no secret. */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name)).map(Object::toString);
    }

    /** Every setting as it may be shown. */
    public SortedMap<String, String> shown() {
        SortedMap<String, String> shown = new TreeMap<>();
        settings.forEach((name, value) -> shown.put(name, value.toString()));
        return shown;
    }

    /** Settings for a Kafka client; what {@code ours} names wins. */
    public Map<String, Object> client(Map<String, Object> ours) {
        Map<String, Object> client = new TreeMap<>();
        settings.forEach((name, value) -> client.put(name, value instanceof Secret secret ? secret.reveal() : value));
        client.putAll(ours);
        return client;
    }

    public Admin admin() {
        return Admin.create(client(Map.of()));
    }

    /** What a producer is configured with: what somebody gave for the cluster, with our own over it. */
    public Map<String, Object> producer(Map<String, Object> ours) {
        Map<String, Object> all = new TreeMap<>(client(ours));
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return all;
    }

    Map<String, Object> consumer(Map<String, Object> ours) {
        Map<String, Object> all = new TreeMap<>(client(ours));
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Connection that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "Connection" + settings;
    }
}
