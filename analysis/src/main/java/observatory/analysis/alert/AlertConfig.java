package observatory.analysis.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import observatory.analysis.Severity;
import observatory.stream.cluster.Secret;
import org.yaml.snakeyaml.LoaderOptions;

/** Who is told of what, and when: read from a YAML file, refused as a whole where one setting is wrong. */
public record AlertConfig(Policy policy, List<String> groupBy, List<Configured> receivers) {
    private static final int LARGEST = 1 << 20;
    private static final long PER_MINUTE = 20;
    private static final long SUBMISSION = 587;
    /** A reminder that comes faster than messages may go out fills the outbox. */
    private static final long LEAST_REPEAT_SECONDS = 60;

    /**
     * A receiver as configured.
     *
     * @param keepsState whether it is told the whole state again and again, as Alertmanager is
     */
    public record Configured(String name, Receiver receiver, Severity least, int mostPerMinute, boolean keepsState) {}

    /** What a receiver may be. */
    private enum Type {
        ALERTMANAGER,
        WEBHOOK,
        SLACK,
        EMAIL,
        COMMAND,
        TERMINAL
    }

    /** What receivers are made with. */
    public record Means(Map<String, String> environment, Consumer<String> terminal, InstantSource clock, Wires wires) {
        public static Means standard(Map<String, String> environment, Consumer<String> terminal) {
            return new Means(
                    environment,
                    terminal,
                    InstantSource.system(),
                    new Wires(HttpPost.standard(), Wire.standard(EmailReceiver.TOTAL)));
        }
    }

    /** How receivers reach the network. */
    public static final class Wires {
        private final HttpPost http;
        private final Wire mail;

        Wires(HttpPost http, Wire mail) {
            this.http = http;
            this.mail = mail;
        }
    }

    /** Alerts in the terminal only, for who has configured nothing. */
    public static AlertConfig terminal(Consumer<String> line) {
        return new AlertConfig(
                Policy.STANDARD,
                List.of(Alert.RUN),
                List.of(new Configured(
                        "terminal", new TerminalReceiver(line), Severity.WARNING, Integer.MAX_VALUE, false)));
    }

    /** @throws IllegalArgumentException where a setting is wrong, with its place in the file; never with a secret */
    public static AlertConfig read(Path file, Means means) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IllegalArgumentException(file + ": larger than a configuration ever is");
        }
        LoaderOptions limits = new LoaderOptions();
        limits.setMaxAliasesForCollections(20);
        limits.setNestingDepthLimit(10);
        limits.setAllowDuplicateKeys(false);
        try {
            JsonNode root = YAMLMapper.builder(
                            YAMLFactory.builder().loaderOptions(limits).build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readTree(Files.readAllBytes(file));
            return of(new Section(file.getFileName().toString(), root, means.environment), means);
        } catch (JsonProcessingException e) {
            // Not the message, which quotes the file, and the file may hold secrets.
            throw new IllegalArgumentException(file + ": no YAML, a setting given twice, or a second document, at line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()));
        }
    }

    private static AlertConfig of(Section root, Means means) {
        Policy.Timing standard = Policy.Timing.STANDARD;
        Policy.Timing timing = new Policy.Timing(
                root.seconds("group_wait", 0, standard.waitSeconds()),
                root.seconds("group_interval", 0, standard.intervalSeconds()),
                root.seconds("repeat_interval", LEAST_REPEAT_SECONDS, standard.repeatSeconds()));
        List<Policy.Rule> rules =
                root.list("rules").stream().map(AlertConfig::rule).toList();
        List<Policy.Inhibition> inhibitions = new ArrayList<>(Policy.Inhibition.STANDARD);
        for (Section one : root.list("inhibit")) {
            inhibitions.add(inhibition(one));
        }
        List<String> groupBy = root.texts("group_by");
        groupBy.forEach(label -> Alerts.missing(label).ifPresent(reason -> {
            throw root.bad("group_by", reason);
        }));
        List<Configured> receivers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section one : root.list("receivers")) {
            Configured receiver = receiver(one, means);
            if (!names.add(receiver.name)) {
                throw one.bad("name", "`" + receiver.name + "` is the name of another receiver");
            }
            receivers.add(receiver);
        }
        root.done();
        if (receivers.isEmpty()) {
            throw root.bad("receivers", "is empty, so nobody would be told; list one or more");
        }
        return new AlertConfig(
                new Policy(rules, inhibitions, timing), groupBy.isEmpty() ? List.of(Alert.RUN) : groupBy, receivers);
    }

    private static Policy.Rule rule(Section one) {
        Map<String, String> match = one.pairs("match");
        match.forEach((label, value) -> matchable(one, "match." + label, label, value));
        Policy.Rule rule = new Policy.Rule(match, span(one, "for"), span(one, "keep_firing_for"), one.flag("ignore"));
        one.done();
        return rule;
    }

    private static void matchable(Section one, String place, String label, String value) {
        Alerts.unmatchable(label, value).ifPresent(reason -> {
            throw one.bad(place, reason);
        });
    }

    private static Policy.Inhibition inhibition(Section one) {
        Policy.Inhibition inhibition = new Policy.Inhibition(one.texts("sources"), one.texts("targets"));
        inhibition.sources().forEach(name -> matchable(one, "sources", Alert.NAME, name));
        inhibition.targets().forEach(name -> matchable(one, "targets", Alert.NAME, name));
        one.done();
        return inhibition;
    }

    private static Tracked.Span span(Section rule, String name) {
        Optional<Section> below = rule.below(name);
        if (below.isEmpty()) {
            return Tracked.Span.NONE;
        }
        Tracked.Span span = new Tracked.Span(count(below.get(), "steps"), count(below.get(), "seconds"));
        below.get().done();
        return span;
    }

    private static long count(Section span, String name) {
        return span.number(name, 0, Long.MAX_VALUE).orElse(0L);
    }

    private static Configured receiver(Section one, Means means) {
        String name = one.required("name");
        Type type = one.word("type", Type.class).orElseThrow(() -> one.bad("type", "is missing"));
        Receiver receiver = switch (type) {
            case ALERTMANAGER -> http(one, HttpReceiver.Dialect.ALERTMANAGER, name, means);
            case WEBHOOK -> http(one, HttpReceiver.Dialect.WEBHOOK, name, means);
            case SLACK -> http(one, HttpReceiver.Dialect.SLACK, name, means);
            case EMAIL -> new EmailReceiver(email(one), means.wires.mail);
            case COMMAND -> new CommandReceiver(name, command(one));
            case TERMINAL -> new TerminalReceiver(means.terminal);
        };
        Configured configured = type == Type.ALERTMANAGER
                // It chooses and paces by itself, from the whole state.
                ? new Configured(name, receiver, Severity.INFO, Integer.MAX_VALUE, true)
                : new Configured(
                        name,
                        receiver,
                        one.word("min_severity", Severity.class).orElse(Severity.WARNING),
                        Math.toIntExact(one.number("max_per_minute", 1, Integer.MAX_VALUE)
                                .orElse(PER_MINUTE)),
                        false);
        one.done();
        return configured;
    }

    private static Receiver http(Section one, HttpReceiver.Dialect dialect, String name, Means means) {
        Secret url = one.secret("url").orElseThrow(() -> one.bad("url", "is missing; or give url_file or url_env"));
        Endpoint endpoint = Endpoint.of(name, url, one.flag("allow_private"), lowerCase(one.texts("allowed_hosts")));
        Optional<Secret> key = dialect == HttpReceiver.Dialect.WEBHOOK ? one.secret("signing_key") : Optional.empty();
        return new HttpReceiver(name, dialect, endpoint, key, means.wires.http, means.clock);
    }

    private static Set<String> lowerCase(List<String> hosts) {
        return hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private static EmailReceiver.Settings email(Section one) {
        List<String> to = one.texts("to");
        if (to.isEmpty()) {
            throw one.bad("to", "is empty; list one address or more");
        }
        Optional<String> user = one.text("user");
        Optional<Secret> password = one.secret("password");
        if (user.isPresent() != password.isPresent()) {
            throw one.bad(
                    "user", "goes with a password (password_file or password_env), and neither without the other");
        }
        EmailReceiver.Encryption encryption =
                one.word("encryption", EmailReceiver.Encryption.class).orElse(EmailReceiver.Encryption.STARTTLS);
        boolean privateAllowed = one.flag("allow_private");
        if (encryption == EmailReceiver.Encryption.NONE && !privateAllowed) {
            throw one.bad(
                    "encryption", "is none; use starttls or tls, or allow_private: true for a server of your own");
        }
        return new EmailReceiver.Settings(
                new Wire.Place(
                        one.required("host"),
                        Math.toIntExact(one.number("port", 1, 65535).orElse(SUBMISSION)),
                        privateAllowed),
                encryption,
                address(one, "from", one.required("from")),
                to.stream().map(each -> address(one, "to", each)).toList(),
                user,
                password);
    }

    private static String address(Section one, String name, String address) {
        try {
            new InternetAddress(address);
            return address;
        } catch (AddressException e) {
            throw one.bad(name, "`" + address + "` is no address; write it as somebody@example.org");
        }
    }

    private static List<String> command(Section one) {
        List<String> command = one.texts("command");
        if (command.isEmpty()) {
            throw one.bad("command", "is empty; list the program and its arguments");
        }
        return command;
    }
}
