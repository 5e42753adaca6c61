package observatory.analysis.alert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.stream.Json;

/**
 * A notification as a message of Slack's incoming webhooks: a line for every client, blocks for those that show them.
 */
final class Slack {
    /** Slack's limits: 3000 characters of a section, 150 of a header, 50 blocks. */
    private static final int SECTION = 2900;

    private static final int HEADER = 150;
    private static final int MOST_ALERTS = 15;
    private static final String FIRING = "#D55E00";
    private static final String RESOLVED = "#009E73";

    private Slack() {}

    static ObjectNode message(Notification notification) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("text", escaped(Headline.of(notification), SECTION));
        ArrayNode blocks = node.putArray("blocks");
        ObjectNode header = blocks.addObject().put("type", "header").putObject("text");
        header.put("type", "plain_text");
        header.put("text", cut(Headline.of(notification), HEADER));
        notification.alerts().stream().limit(MOST_ALERTS).forEach(alert -> section(blocks, alert));
        int more = notification.alerts().size() + notification.omitted() - MOST_ALERTS;
        if (more > 0) {
            context(blocks, "and " + more + " more");
        }
        node.putArray("attachments")
                .addObject()
                .put("color", notification.firing() ? FIRING : RESOLVED)
                .put("fallback", escaped(Headline.of(notification), SECTION));
        return node;
    }

    private static void section(ArrayNode blocks, Alert alert) {
        ObjectNode section = blocks.addObject();
        section.put("type", "section");
        ObjectNode text = section.putObject("text");
        text.put("type", "mrkdwn");
        String summary = alert.annotations().getOrDefault("summary", alert.name());
        String remedy = alert.annotations().getOrDefault("remedy", "");
        text.put(
                "text",
                (alert.resolved() ? "_resolved_ " : "") + "*" + escaped(summary, SECTION / 2) + "*"
                        + (remedy.isEmpty() || alert.resolved() ? "" : "\n" + escaped(remedy, SECTION / 2)));
        List<String> facts = new ArrayList<>();
        Optional.ofNullable(alert.labels().get("detector")).ifPresent(name -> facts.add("detector " + name));
        alert.steps().ifPresent(facts::add);
        facts.add("fp " + alert.fingerprint());
        context(blocks, String.join(" · ", facts));
    }

    private static void context(ArrayNode blocks, String text) {
        blocks.addObject()
                .put("type", "context")
                .putArray("elements")
                .addObject()
                .put("type", "mrkdwn")
                .put("text", escaped(text, SECTION));
    }

    /** Slack asks for these three and no others. */
    private static String escaped(String text, int longest) {
        return cut(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
