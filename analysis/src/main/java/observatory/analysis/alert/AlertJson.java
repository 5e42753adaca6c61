package observatory.analysis.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.stream.wire.Json;

/** Alerts as Alertmanager's interface version 2 and its webhook version 4 have them, and as they are stored. */
final class AlertJson {
    /** Alertmanager takes an alert without an end for over after this long; twice survives two lost messages. */
    private static final Duration FRESH = Duration.ofMinutes(4);

    private static final String ZERO_TIME = "0001-01-01T00:00:00Z";

    private AlertJson() {}

    /** The body of {@code POST /api/v2/alerts}: what fires ends some minutes from now, unless it is told again. */
    static byte[] alertmanager(List<Alert> alerts, Instant now) {
        ArrayNode list = Json.mapper().createArrayNode();
        for (Alert alert : alerts) {
            ObjectNode node = list.addObject();
            text(node.putObject("labels"), alert.labels());
            text(node.putObject("annotations"), alert.annotations());
            node.put("startsAt", alert.startsAt().toString());
            node.put("endsAt", alert.endsAt().orElse(now.plus(FRESH)).toString());
            node.put("generatorURL", alert.generatorUrl());
        }
        return bytes(list);
    }

    /** The body that a webhook of Alertmanager gets, so that whatever understands that understands us. */
    static ObjectNode webhook(String receiver, Notification notification) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("version", "4");
        node.put("groupKey", "{}:" + notification.group());
        node.put("truncatedAlerts", notification.omitted());
        node.put("status", notification.status());
        node.put("receiver", receiver);
        text(node.putObject("groupLabels"), notification.group());
        text(
                node.putObject("commonLabels"),
                common(notification.alerts().stream().map(Alert::labels).toList()));
        text(
                node.putObject("commonAnnotations"),
                common(notification.alerts().stream().map(Alert::annotations).toList()));
        node.put("externalURL", "observatory://");
        ArrayNode alerts = node.putArray("alerts");
        for (Alert alert : notification.alerts()) {
            ObjectNode one = alerts.addObject();
            one.put("status", alert.resolved() ? "resolved" : "firing");
            text(one.putObject("labels"), alert.labels());
            text(one.putObject("annotations"), alert.annotations());
            one.put("startsAt", alert.startsAt().toString());
            one.put("endsAt", alert.endsAt().map(Instant::toString).orElse(ZERO_TIME));
            one.put("generatorURL", alert.generatorUrl());
            one.put("fingerprint", alert.fingerprint());
        }
        return node;
    }

    static ObjectNode stored(Alert alert) {
        ObjectNode node = Json.mapper().createObjectNode();
        text(node.putObject("labels"), alert.labels());
        text(node.putObject("annotations"), alert.annotations());
        node.put("startsAt", alert.startsAt().toString());
        alert.endsAt().ifPresent(end -> node.put("endsAt", end.toString()));
        node.put("generatorURL", alert.generatorUrl());
        return node;
    }

    static Alert alert(JsonNode node) {
        return new Alert(
                texts(node.path("labels")),
                texts(node.path("annotations")),
                Instant.parse(node.path("startsAt").asText()),
                node.has("endsAt")
                        ? Optional.of(Instant.parse(node.path("endsAt").asText()))
                        : Optional.empty(),
                node.path("generatorURL").asText());
    }

    static byte[] stored(Notification notification) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("key", notification.key());
        text(node.putObject("group"), notification.group());
        node.put("omitted", notification.omitted());
        ArrayNode alerts = node.putArray("alerts");
        notification.alerts().forEach(alert -> alerts.add(stored(alert)));
        return bytes(node);
    }

    static Notification notification(byte[] stored) {
        JsonNode node = tree(stored);
        List<Alert> alerts = new ArrayList<>();
        node.path("alerts").forEach(one -> alerts.add(alert(one)));
        return new Notification(
                node.path("key").asText(),
                texts(node.path("group")),
                alerts,
                node.path("omitted").asInt());
    }

    static JsonNode tree(byte[] stored) {
        try {
            return Json.mapper().readTree(stored);
        } catch (IOException e) {
            throw new IllegalStateException("what is stored of alerts is no JSON: " + e.getMessage(), e);
        }
    }

    static byte[] bytes(JsonNode node) {
        try {
            return Json.mapper().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an alert is text", e);
        }
    }

    static SortedMap<String, String> texts(JsonNode node) {
        SortedMap<String, String> texts = new TreeMap<>();
        node.properties().forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
        return texts;
    }

    private static void text(ObjectNode node, Map<String, String> texts) {
        texts.forEach(node::put);
    }

    private static SortedMap<String, String> common(List<SortedMap<String, String>> all) {
        SortedMap<String, String> common = new TreeMap<>(all.getFirst());
        all.forEach(one -> common.entrySet().retainAll(one.entrySet()));
        return common;
    }
}
