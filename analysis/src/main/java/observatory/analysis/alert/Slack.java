package observatory.analysis.alert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.stream.wire.Json;

/**
 * A notification as a message of Slack's incoming webhooks: a line for every client, blocks for those that show them.
 */
final class Slack {
    /** Slack's limits: 3000 characters of a section, 50 blocks. */
    private static final int SECTION = 2900;

    private static final int MOST_ALERTS = 15;
    private static final int LONGEST_ESCAPE = "&amp;".length();
    private static final String FIRING = "#D55E00";
    private static final String RESOLVED = "#009E73";

    private Slack() {}

    static ObjectNode message(Notification notification) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("text", escaped(Headline.of(notification), SECTION));
        // Blocks have no colour of their own, only an attachment does that has them inside.
        ObjectNode coloured = node.putArray("attachments").addObject();
        coloured.put("color", notification.firing() ? FIRING : RESOLVED);
        coloured.put("fallback", escaped(Headline.of(notification), SECTION));
        ArrayNode blocks = coloured.putArray("blocks");
        notification.alerts().stream().limit(MOST_ALERTS).forEach(alert -> section(blocks, alert));
        int more = notification.alerts().size() + notification.omitted() - MOST_ALERTS;
        if (more > 0) {
            context(blocks, "and " + more + " more");
        }
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

    /** Slack asks for these three and no others. What is escaped is longer, and no more than this may be sent. */
    private static String escaped(String text, int longest) {
        int kept = longest;
        String escaped = escaped(cut(text, kept));
        while (escaped.length() > longest) {
            kept -= Math.ceilDiv(escaped.length() - longest, LONGEST_ESCAPE);
            escaped = escaped(cut(text, kept));
        }
        return escaped;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
