package observatory.stream.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import observatory.probe.Command;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.Schedule;
import observatory.probe.TrainerCommand;
import observatory.stream.wire.Json;

/**
 * Commands as JSON: {@code {"command":"add-probe","probe":"rms","every":10,"ttl":"PT10M"}}. Only what is listed here
 * can be said; there is no code, path or address in it.
 */
public final class CommandJson {
    private CommandJson() {}

    public static ObjectNode write(Command command) {
        ObjectNode node = Json.mapper().createObjectNode();
        switch (command) {
            case ProbeCommand.Add add ->
                node.put("command", "add-probe")
                        .put("probe", add.probe())
                        .put("every", add.schedule().every())
                        .put("phase", add.schedule().phase())
                        .put("ttl", add.timeToLive().toString());
            case ProbeCommand.Remove remove ->
                node.put("command", "remove-probe")
                        .put("probe", remove.probe())
                        .put("ttl", remove.timeToLive().toString());
            case ProbeCommand.Profile profile ->
                node.put("command", "profile")
                        .put("pack", profile.pack().label())
                        .put("ttl", profile.timeToLive().toString());
            case TrainerCommand.Pause _ -> node.put("command", "pause");
            case TrainerCommand.Resume _ -> node.put("command", "resume");
            case TrainerCommand.Checkpoint _ -> node.put("command", "checkpoint");
            case TrainerCommand.Stop _ -> node.put("command", "stop");
            case TrainerCommand.ChangeLearningRate change ->
                node.put("command", "learning-rate").put("factor", change.factor());
            case TrainerCommand.Rewind rewind ->
                node.put("command", "rewind").put("toStep", rewind.toStep()).put("skip", rewind.skip());
            case TrainerCommand.ChangePrecision change ->
                node.put("command", "precision").put("format", change.format());
        }
        return node;
    }

    /** @throws IllegalArgumentException where the node is no command, with what is wrong */
    public static Command read(JsonNode node) {
        String command = text(node, "command");
        return switch (command) {
            case "add-probe" ->
                new ProbeCommand.Add(
                        text(node, "probe"),
                        new Schedule(
                                node.path("every").asInt(1), node.path("phase").asInt(0)),
                        timeToLive(node));
            case "remove-probe" -> new ProbeCommand.Remove(text(node, "probe"), timeToLive(node));
            case "profile" ->
                new ProbeCommand.Profile(Pack.valueOf(text(node, "pack").toUpperCase(Locale.ROOT)), timeToLive(node));
            case "pause" -> new TrainerCommand.Pause();
            case "resume" -> new TrainerCommand.Resume();
            case "checkpoint" -> new TrainerCommand.Checkpoint();
            case "stop" -> new TrainerCommand.Stop();
            case "learning-rate" -> new TrainerCommand.ChangeLearningRate(number(node, "factor"));
            case "rewind" ->
                new TrainerCommand.Rewind(
                        (long) number(node, "toStep"), node.path("skip").asInt(0));
            case "precision" -> new TrainerCommand.ChangePrecision(text(node, "format"));
            default -> throw new IllegalArgumentException("there is no command " + command);
        };
    }

    private static Duration timeToLive(JsonNode node) {
        try {
            return Duration.parse(text(node, "ttl"));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time to live is written as PT10M: ttl=" + text(node, "ttl"), e);
        }
    }

    private static double number(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isNumber()) {
            throw new IllegalArgumentException("the command needs a number " + name);
        }
        return value.doubleValue();
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("the command needs a text " + name);
        }
        return value.textValue();
    }
}
