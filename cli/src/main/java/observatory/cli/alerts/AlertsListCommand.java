package observatory.cli.alerts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import observatory.analysis.alert.Alert;
import observatory.analysis.alert.AlertStore;
import observatory.analysis.alert.Policy;
import observatory.analysis.alert.Silence;
import observatory.analysis.alert.Tracked;
import observatory.cli.ExitCode;
import observatory.cli.StateDirectory;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Where every alert stands, who is silenced, and what could not be told. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List alerts, silences and undelivered messages.")
final class AlertsListCommand implements Callable<Integer> {
    @ParentCommand
    private AlertsCommand parent;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Of `watch` (~/.local/state/observatory).")
    private Path dataDir;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Path root = dataDir != null ? dataDir : StateDirectory.standard(System.getenv());
        try (AlertStore store = AlertsCommand.open(root)) {
            List<Tracked> alerts = store.book(Policy.STANDARD).all();
            parent.console().result(json ? document(alerts, store) : text(alerts, store));
        }
        return ExitCode.OK;
    }

    private static String text(List<Tracked> alerts, AlertStore store) throws SQLException {
        StringBuilder text = new StringBuilder();
        if (alerts.isEmpty()) {
            text.append("no alerts\n");
        } else {
            text.append("%-10s %-9s %-20s %-24s %-24s %s%n"
                    .formatted("state", "severity", "alert", "run", "steps", "summary"));
        }
        for (Tracked one : alerts) {
            Map<String, String> labels = one.alert().labels();
            Map<String, String> notes = one.alert().annotations();
            text.append("%-10s %-9s %-20s %-24s %-24s %s%n"
                    .formatted(
                            one.phase().name().toLowerCase(Locale.ROOT),
                            labels.getOrDefault(Alert.SEVERITY, ""),
                            one.alert().name(),
                            labels.getOrDefault(Alert.RUN, ""),
                            one.alert().steps().orElse(""),
                            notes.getOrDefault("summary", "")));
        }
        for (Silence silence : store.silences(Instant.now())) {
            text.append("silence %s: %s until %s  %s%n"
                    .formatted(silence.id(), silence.match(), silence.until(), silence.comment()));
        }
        for (String trouble : store.troubles()) {
            text.append("not told: ").append(trouble).append('\n');
        }
        return text.toString().stripTrailing();
    }

    private static String document(List<Tracked> alerts, AlertStore store) throws Exception {
        ObjectNode node = Json.mapper().createObjectNode();
        ArrayNode list = node.putArray("alerts");
        for (Tracked one : alerts) {
            ObjectNode alert = list.addObject();
            alert.put("state", one.phase().name().toLowerCase(Locale.ROOT));
            alert.put("fingerprint", one.alert().fingerprint());
            alert.putPOJO("labels", one.alert().labels());
            alert.putPOJO("annotations", one.alert().annotations());
            alert.put("startsAt", one.alert().startsAt().toString());
            alert.put("endsAt", one.alert().endsAt().map(Object::toString).orElse(null));
        }
        ArrayNode silences = node.putArray("silences");
        for (Silence silence : store.silences(Instant.now())) {
            ObjectNode one = silences.addObject().put("id", silence.id());
            one.putPOJO("match", silence.match());
            one.put("until", silence.until().toString());
            one.put("comment", silence.comment());
        }
        ArrayNode troubles = node.putArray("undelivered");
        store.troubles().forEach(troubles::add);
        return Json.mapper().writeValueAsString(node);
    }
}
