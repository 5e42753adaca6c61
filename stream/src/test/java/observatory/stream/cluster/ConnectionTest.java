package observatory.stream.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Merge;
import observatory.stream.wire.Manifest;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
    private static final String CANARY = "canary-9f2d71";

    @TempDir
    Path folder;

    @Test
    void anyKafkaSettingPassesThroughAndOursAreEnforced() {
        Connection connection = Connection.of(Map.of(
                "bootstrap.servers", "kafka:9092",
                "client.dns.lookup", "use_all_dns_ips",
                "some.future.setting", "7",
                "acks", "0",
                "isolation.level", "read_uncommitted"));
        Map<String, Object> producer = connection.producer(Map.of());
        assertEquals("use_all_dns_ips", producer.get("client.dns.lookup"));
        assertEquals("7", producer.get("some.future.setting"));
        assertEquals("all", producer.get("acks"));
        assertEquals("read_committed", connection.consumer(Map.of()).get("isolation.level"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Connection.of(Map.of()))
                .getMessage()
                .contains("OBSERVATORY_KAFKA_BOOTSTRAP_SERVERS"));
    }

    @Test
    void environmentBeatsFileBeatsConfiguration() throws IOException {
        Path yaml = Files.writeString(folder.resolve("config.yaml"), """
                kafka:
                  bootstrap.servers: [a:1, b:2]
                  security:
                    protocol: SASL_SSL
                  linger.ms: 5
                """);
        Path properties = Files.writeString(folder.resolve("client.properties"), "linger.ms=6\nclient.id=file\n");
        SortedMap<String, Clusters.Setting> settings = Clusters.settings(
                Optional.of(yaml), Optional.of(properties), Map.of("OBSERVATORY_KAFKA_LINGER_MS", "7", "HOME", "/x"));
        assertEquals(new Clusters.Setting("7", "OBSERVATORY_KAFKA_LINGER_MS"), settings.get("linger.ms"));
        assertEquals("file", settings.get("client.id").value());
        assertEquals("a:1,b:2", settings.get("bootstrap.servers").value());
        assertEquals("SASL_SSL", settings.get("security.protocol").value());
        assertEquals("a:1,b:2", Clusters.connection(settings).orElseThrow().bootstrap());
        assertEquals(
                Optional.empty(), Clusters.connection(Clusters.settings(Optional.empty(), Optional.empty(), Map.of())));
    }

    @Test
    void secretsMayStandInFilesOfTheirOwn() throws IOException {
        Path secret = Files.writeString(folder.resolve("password"), CANARY + "\n");
        Path yaml = Files.writeString(
                folder.resolve("config.yaml"),
                "kafka:\n  bootstrap.servers: a:1\n  ssl.key.password_file: " + secret + "\n");
        SortedMap<String, Clusters.Setting> settings = Clusters.settings(
                Optional.of(yaml),
                Optional.empty(),
                Map.of("OBSERVATORY_KAFKA_SSL_TRUSTSTORE_PASSWORD_FILE", secret.toString()));
        Connection connection = Clusters.connection(settings).orElseThrow();
        assertEquals(CANARY, connection.client(Map.of()).get("ssl.key.password"));
        assertEquals(CANARY, connection.client(Map.of()).get("ssl.truststore.password"));
        assertFalse(connection.toString().contains(CANARY));
    }

    @Test
    void secretsAreNeverShown() {
        for (String name : new String[] {
            "sasl.jaas.config",
            "ssl.key.password",
            "ssl.keystore.password",
            "ssl.keystore.key",
            "sasl.oauthbearer.client.credentials.client.secret",
            "some.api.token"
        }) {
            Connection connection = Connection.of(Map.of("bootstrap.servers", "a:1", name, CANARY));
            assertFalse(connection.toString().contains(CANARY), name);
            assertFalse(connection.shown().toString().contains(CANARY), name);
            assertEquals("<secret>", connection.shown().get(name));
            assertEquals(CANARY, connection.client(Map.of()).get(name));
        }
        assertEquals("<secret>", new Secret(CANARY).toString());
        assertEquals(0, new Secret(CANARY).hashCode());
    }

    @Test
    void noSettingMakesAClientReadFilesOrLookUpNames() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.properties"), "it=" + CANARY);
        Connection reading = Connection.of(Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "config.providers", "file",
                "config.providers.file.class", "org.apache.kafka.common.config.provider.FileConfigProvider",
                "client.id", "${file:" + secret + ":it}"));
        Exception refused =
                assertThrows(KafkaException.class, () -> reading.admin().close());
        assertFalse(refused.toString().contains(CANARY));
        for (String module : new String[] {"JndiLoginModule", "LdapLoginModule"}) {
            Connection login = Connection.of(Map.of(
                    "bootstrap.servers", "127.0.0.1:1",
                    "security.protocol", "SASL_PLAINTEXT",
                    "sasl.mechanism", "PLAIN",
                    "sasl.jaas.config",
                            "com.sun.security.auth.module." + module + " required user.provider.url=\"x\";"));
            assertThrows(KafkaException.class, () -> login.admin().close(), module);
        }
    }

    @Test
    void whatIsNoYamlIsNamedWithItsLine() throws IOException {
        Path yaml = Files.writeString(folder.resolve("config.yaml"), "kafka:\n  a: [1\n  b: }\n");
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Clusters.settings(Optional.of(yaml), Optional.empty(), Map.of()))
                .getMessage();
        assertTrue(message.contains("config.yaml is no YAML (line "), message);
    }

    @Test
    void aManifestComesBackAndTellsWhatChanged() {
        Manifest before = new Manifest(
                List.of(Manifest.Place.alone()),
                List.of(new Manifest.Measure("nan", "{element}", Merge.SUM)),
                new TreeMap<>(Map.of("learningRate", "1e-3", "model", "tiny")));
        assertEquals(before, Manifest.of(before.details()));
        Manifest after = new Manifest(
                before.ranks(), before.metrics(), new TreeMap<>(Map.of("learningRate", "5e-4", "model", "tiny")));
        assertEquals(
                List.of(new Manifest.Difference("learningRate", "1e-3", "5e-4")), Manifest.differences(before, after));
        assertEquals(0, Manifest.of(Map.of("ranks", "not ours")).ranks().size());
    }
}
