package observatory.analysis.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertConfigTest {
    private static final String CANARY = "c4nary";
    private static final AlertConfig.Means MEANS =
            AlertConfig.Means.standard(Map.of("HOOK", "https://example.org/" + CANARY), line -> {});

    @TempDir
    Path folder;

    private AlertConfig read(String yaml) throws IOException {
        return AlertConfig.read(Files.writeString(folder.resolve("alerts.yaml"), yaml), MEANS);
    }

    @Test
    void everySettingIsRead() throws IOException {
        Path password = Files.writeString(folder.resolve("password"), CANARY + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        AlertConfig config = read("""
                group_by: [run, alertname]
                group_wait: 5s
                group_interval: 2m
                repeat_interval: 1h
                rules:
                  - match: {alertname: LossSpike}
                    for: {steps: 3, seconds: 10}
                    keep_firing_for: {steps: 100}
                  - match: {severity: info}
                    ignore: true
                inhibit:
                  - {sources: [Straggler], targets: [Throughput]}
                receivers:
                  - {name: am, type: alertmanager, url: "http://127.0.0.1:9093", allow_private: true}
                  - {name: hook, type: webhook, url_env: HOOK, signing_key: "%1$s", min_severity: critical}
                  - {name: chat, type: slack, url: "https://hooks.slack.com/services/%1$s", max_per_minute: 5}
                  - name: mail
                    type: email
                    host: smtp.example.org
                    from: a@example.org
                    to: [b@example.org]
                    user: u
                    password_file: %2$s
                  - {name: page, type: command, command: [notify-send, hello]}
                  - {name: tty, type: terminal}
                """.formatted(CANARY, password));
        assertEquals(List.of("run", "alertname"), config.groupBy());
        assertEquals(new Policy.Timing(5, 120, 3600), config.policy().timing());
        Alert spike = Said.alert(Kind.LOSS_SPIKE);
        assertEquals(new Tracked.Span(3, 10), config.policy().holdOff(spike));
        assertEquals(new Tracked.Span(100, 0), config.policy().keepFiring(spike));
        assertEquals(
                List.of("am", "hook", "chat", "mail", "page", "tty"),
                config.receivers().stream().map(AlertConfig.Configured::name).toList());
        assertEquals(Severity.CRITICAL, config.receivers().get(1).least());
        assertTrue(config.receivers().getFirst().keepsState());
        assertEquals(5, config.receivers().get(2).mostPerMinute());
        assertTrue(!config.toString().contains(CANARY), "no secret in " + config);
    }

    /** P31: whatever is wrong, the message names the place and shows no secret. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "receivers: [{name: a, type: webhook, url: 'http://c4nary.example/c4nary'}]",
                "receivers: [{name: a, type: webhook, url_env: NOT_SET}]",
                "receivers: [{name: a, type: webhook, url_file: /no/such/file}]",
                "receivers: [{name: a, type: webhook}]",
                "receivers: [{name: a, type: pigeon}]",
                "receivers: [{type: terminal}]",
                "receivers: [{name: a, type: terminal}, {name: a, type: terminal}]",
                "receivers: [{name: a, type: terminal, min_severty: info}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: [t], user: u}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: []}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: [t], encryption: none}]",
                "receivers: [{name: a, type: command, command: []}]",
                "receivers: {name: a}",
                "group_wait: soon",
                "receivers: [{name: a, type: email, host: h, from: f, to: [t], port: 0}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: [t], port: 70000}]",
                "receivers: [{name: a, type: email, host: h, from: not an address, to: [t]}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: ['t@@']}]",
                "receivers: [{name: a, type: terminal, max_per_minute: 0}]",
                "rules: [{match: {run: b}, for: {steps: -3}}]",
                "rules: [{match: {run: b}, ignore: maybe}]",
                "rules: [{match: {rnu: b}}]",
                "rules: [{match: {alertname: loss_spike}}]",
                "rules: [{match: {severity: high}}]",
                "rules: [{match: {detector: Spike}}]",
                "group_by: [rnu]",
                "inhibit: [{sources: [Stragler]}]",
                "inhibit: [{sources: [Straggler], targets: [Thruput]}]",
                "grop_by: [run]",
                "receivers: [{name: a, type: alertmanager, url: 'https://e.org', min_severity: critical}]",
                "receivers: [{name: a, type: alertmanager, url: 'https://e.org', max_per_minute: 3}]",
                "receivers: [{name: a, type: webhook, url: 'https://e.org', url_env: HOOK}]",
                "receivers: [{name: a, type: email, host: h, from: f, to: [[t]]}]",
                "receivers: [{name: a, type: terminal}]\nrepeat_interval: 0s",
                "receivers: [{name: a, type: terminal}]\nrules: [{match: {run: [b, c]}}]",
                "receivers: [{name: a, type: terminal}]\n---\nreceivers: [{name: b, type: terminal}]",
                "receivers: [{name: a, type: webhook, url: 'c4nary\n  - ]",
                "- just a list"
            })
    void whatIsWrongIsNamedWithItsPlace(String yaml) {
        boolean whole = yaml.contains("receivers") || yaml.startsWith("-");
        String file = whole ? yaml : yaml + "\nreceivers: [{name: good, type: terminal}]";
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> read(file));
        assertTrue(
                error.getMessage().contains("alerts.yaml") || error.getMessage().contains("receiver a"),
                error::getMessage);
        assertTrue(
                !error.getMessage().contains("/" + CANARY)
                        && !error.getMessage().contains("\n"),
                error::getMessage);
    }

    @Test
    void aFileThatNamesNobodyIsRefused() {
        String error = assertThrows(
                        IllegalArgumentException.class, () -> read("rules: [{match: {severity: info}, ignore: true}]"))
                .getMessage();
        assertTrue(error.startsWith("alerts.yaml.receivers: "), error);
    }

    @Test
    void hostsAreAllowedInWhateverCase() throws IOException {
        read("receivers: [{name: a, type: slack, url: 'https://HOOKS.slack.com/x', allowed_hosts: [Hooks.Slack.com]}]");
    }

    @Test
    void aSecretThatEverybodyMayReadIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("url"), "https://example.org/x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> read("receivers: [{name: a, type: slack, url_file: " + file + "}]"))
                .getMessage()
                .endsWith("chmod 600 it"));
    }

    @Test
    void anAliasBombIsRefused() {
        StringBuilder bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
        for (char c = 'b'; c < 'z'; c++) {
            bomb.append(c).append(": &").append(c).append(" [");
            for (int i = 0; i < 9; i++) {
                bomb.append('*').append((char) (c - 1)).append(',');
            }
            bomb.append("x]\n");
        }
        assertThrows(IllegalArgumentException.class, () -> read(bomb.toString()));
    }
}
