package observatory.stream.doctor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Audit;
import observatory.stream.control.AuditLog;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Examines a Kafka cluster: whether it answers, lets us in, has the topics as they should be, and tells the same time.
 */
final class Cluster {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long SKEW_MILLIS = 5000;

    private final Connection connection;
    private final Topics topics;
    private final InstantSource clock;

    Cluster(Connection connection, Topics topics, InstantSource clock) {
        this.connection = connection;
        this.topics = topics;
        this.clock = clock;
    }

    List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.add(encryption());
        try (Admin admin = Admin.create(connection.client(Map.of(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis() / 2)))) {
            checks.add(broker(admin));
            checks.add(versions(admin));
            checks.add(topics(admin));
            checks.addAll(settings(admin));
            checks.add(permissions(admin));
            checks.add(time(admin));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            checks.add(failed(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return checks;
    }

    private Check encryption() {
        boolean open = connection.protocol().endsWith("PLAINTEXT");
        boolean here = connection.bootstrap().matches("(127\\.|localhost[:,]|\\[::1\\]).*");
        return open && !here
                ? Check.warning(
                        "encryption",
                        connection.protocol() + " to " + connection.bootstrap() + ": anybody on the way can read it",
                        "set security.protocol to SSL or SASL_SSL")
                : Check.ok("encryption", connection.protocol() + (here ? " on this machine" : ""));
    }

    private Check broker(Admin admin) throws ExecutionException, InterruptedException, TimeoutException {
        var cluster = admin.describeCluster(new DescribeClusterOptions());
        int nodes = cluster.nodes().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).size();
        return Check.ok(
                "broker",
                "cluster " + cluster.clusterId().get() + " at " + connection.bootstrap() + ", brokers: " + nodes);
    }

    /** What the cluster has agreed on, which is what its oldest broker can do. */
    private static Check versions(Admin admin) throws ExecutionException, InterruptedException, TimeoutException {
        String clients = "clients of Kafka " + AppInfoParser.getVersion();
        FinalizedVersionRange metadata = admin.describeFeatures()
                .featureMetadata()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .finalizedFeatures()
                .get(MetadataVersion.FEATURE_NAME);
        if (metadata == null) {
            return Check.skipped("versions", clients + "; the cluster does not tell its own");
        }
        int level = metadata.maxVersionLevel();
        boolean newer = level > MetadataVersion.latestProduction().featureLevel();
        String cluster = newer
                ? "level " + level
                : MetadataVersion.fromFeatureLevel((short) level).version();
        return newer
                ? Check.warning(
                        "versions",
                        clients + ", the cluster is newer: metadata version of " + cluster,
                        "nothing needs doing while all works; upgrade this program where it does not")
                : Check.ok("versions", clients + ", metadata version of the cluster " + cluster);
    }

    private Check topics(Admin admin) throws ExecutionException, InterruptedException {
        List<Topics.Wanted> missing = topics.missing(admin, 1);
        List<String> hidden = hidden(admin, missing);
        if (!hidden.isEmpty()) {
            return new Check(
                    "topics",
                    Check.Outcome.DENIED,
                    "may not see " + String.join(", ", hidden),
                    "ask for a prefixed ACL on " + topics.prefix() + " that allows describe, read and write");
        }
        return missing.isEmpty()
                ? Check.ok("topics", "all " + topics.wanted(1).size() + " there, prefix " + topics.prefix())
                : new Check(
                        "topics",
                        Check.Outcome.CONFIGURATION,
                        "missing: " + missing.stream().map(Topics.Wanted::name).collect(Collectors.joining(", ")),
                        "run `observatory topics create"
                                + (topics.equals(Topics.STANDARD) ? "" : " --prefix " + topics.prefix()) + "`");
    }

    /** Those that are not listed because this user may not know of them. */
    private static List<String> hidden(Admin admin, List<Topics.Wanted> missing) throws InterruptedException {
        List<String> hidden = new ArrayList<>();
        var described = admin.describeTopics(
                        missing.stream().map(Topics.Wanted::name).toList())
                .topicNameValues();
        for (var topic : described.entrySet()) {
            try {
                topic.getValue().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof TopicAuthorizationException) {
                    hidden.add(topic.getKey());
                }
            }
        }
        hidden.sort(null);
        return hidden;
    }

    /** Topics that were made by other means may lose or refuse what this program writes. */
    private List<Check> settings(Admin admin) throws ExecutionException, InterruptedException {
        List<Check> checks = new ArrayList<>();
        Set<String> present = admin.listTopics().names().get();
        for (Topics.Wanted topic : topics.wanted(1)) {
            if (!present.contains(topic.name())) {
                continue;
            }
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
            Config actual;
            try {
                actual = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            } catch (ExecutionException e) {
                if (denied(e)) { // nothing else needs it
                    return List.of(Check.skipped("topic settings", "not for this user to see (describe-configs)"));
                }
                throw e;
            }
            for (String name : List.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)) {
                String wanted = topic.settings().get(name);
                if (wanted != null && !wanted.equals(actual.get(name).value())) {
                    checks.add(Check.warning(
                            "topic settings",
                            topic.name() + " has " + name + "="
                                    + actual.get(name).value() + ", not " + wanted,
                            "alter it: kafka-configs --alter --topic " + topic.name() + " --add-config " + name + "="
                                    + wanted));
                }
            }
        }
        return checks.isEmpty()
                ? List.of(Check.ok("topic settings", "cleanup and time stamps as they should be"))
                : checks;
    }

    private Check permissions(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> present = admin.listTopics().names().get();
        if (!present.contains(topics.telemetry())) {
            return Check.skipped("permissions", "no telemetry topic yet");
        }
        TopicDescription described = admin.describeTopics(
                        List.of(topics.telemetry()), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .allTopicNames()
                .get()
                .get(topics.telemetry());
        Set<AclOperation> allowed = described.authorizedOperations();
        if (allowed == null || allowed.isEmpty()) {
            return Check.skipped("permissions", "the cluster does not tell");
        }
        Set<AclOperation> lacking =
                new TreeSet<>(List.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE));
        lacking.removeAll(allowed);
        if (lacking.isEmpty()) {
            return Check.ok("permissions", "may read and write " + topics.telemetry());
        }
        String found = "may not " + lacking + " " + topics.telemetry();
        String grant = "grant it with a prefixed ACL on " + topics.prefix();
        return lacking.size() > 1
                ? new Check("permissions", Check.Outcome.DENIED, found, grant)
                : Check.warning(
                        "permissions",
                        found,
                        lacking.contains(AclOperation.WRITE)
                                ? "nothing needs doing for who only looks; else " + grant
                                : "nothing needs doing for who only sends; else " + grant);
    }

    /** The broker stamps an audit entry with its own time; half the way there and back is the uncertainty. */
    private Check time(Admin admin) throws ExecutionException, InterruptedException {
        if (!admin.listTopics().names().get().contains(topics.audit())) {
            return Check.skipped("clock", "no audit topic yet, on which to compare it");
        }
        try (AuditLog audit = new AuditLog(connection, topics)) {
            audit.keep(entry("doctor begins")); // Connects, so that the next one is fast.
            long before = clock.millis();
            long broker = audit.keep(entry("doctor compares clocks"));
            long after = clock.millis();
            long skew = broker - (before + after) / 2;
            String found = "the broker's clock is " + Math.abs(skew) + " ms " + (skew < 0 ? "behind" : "ahead")
                    + " (known to " + Math.max(1, (after - before) / 2) + " ms)";
            return Math.abs(skew) > SKEW_MILLIS
                    ? Check.warning(
                            "clock", found, "synchronise both clocks; order does not depend on them, but people do")
                    : Check.ok("clock", found);
        } catch (ExecutionException
                | KafkaException e) { // the producer's own refusal may come before that of the record
            if (!denied(e)) {
                throw e;
            }
            return Check.skipped("clock", "may not write " + topics.audit() + ", on which to compare it");
        }
    }

    private boolean denied(Exception error) {
        return KafkaErrors.explain(error, connection).kind() == KafkaErrors.Kind.DENIED;
    }

    private Audit entry(String what) {
        return new Audit(clock.instant().toString(), System.getProperty("user.name"), what, "", "", "");
    }

    private Check failed(Exception error) {
        Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
        KafkaErrors.Explained explained = KafkaErrors.explain(cause, connection);
        Check.Outcome outcome = switch (explained.kind()) {
            case CANNOT_CONNECT, TLS -> Check.Outcome.CANNOT_CONNECT;
            case DENIED -> Check.Outcome.DENIED;
            case NO_TOPIC, OTHER -> Check.Outcome.CONFIGURATION;
        };
        int next = explained.message().indexOf("; ");
        return next < 0
                ? new Check("broker", outcome, explained.message(), "see the log")
                : new Check(
                        "broker",
                        outcome,
                        explained.message().substring(0, next),
                        explained.message().substring(next + 2));
    }
}
