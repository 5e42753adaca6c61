package observatory.analysis.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.analysis.Verdict;
import observatory.stream.wire.Json;

/** A replay as other programs see it. */
public final class ReplayJson {
    private ReplayJson() {}

    public static ObjectNode write(ReplayResult result) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("run", result.run());
        node.put("incident", result.incident());
        node.put("checkpoint", result.steps().checkpoint());
        node.put("firstStep", result.steps().first());
        node.put("lastStep", result.steps().last());
        node.put("verdict", result.verdict().label());
        node.put("errorProbability", result.errorProbability());
        node.put("because", result.because());
        node.put("symptom", result.symptom());
        ReplayResult.Reproduction again = result.reproduction();
        node.putObject("reproduction")
                .put("same", again.same())
                .put("steps", again.steps())
                .put("values", again.values())
                .put("difference", again.difference())
                .put("weights", again.weights())
                .put("batch", again.batch())
                .put("arithmetic", again.arithmetic());
        ArrayNode outcomes = node.putArray("outcomes");
        result.outcomes().forEach(one -> {
            ObjectNode outcome = outcomes.addObject()
                    .put("group", one.group())
                    .put("name", one.name())
                    .put("repeats", one.repeats());
            number(outcome, "symptom", one.symptom());
            number(outcome, "spread", one.spread());
            number(outcome, "removed", one.removed());
            number(outcome, "noise", one.noise());
            number(outcome, "p", one.p());
            number(outcome, "loss", one.loss());
            outcome.put("firstBad", one.firstBad());
        });
        ArrayNode samples = node.putArray("samples");
        result.samples().forEach(one -> {
            ObjectNode sample = samples.addObject()
                    .put("step", one.step())
                    .put("rank", one.rank())
                    .put("number", one.number())
                    .put("source", one.source())
                    .put("offset", one.offset());
            number(sample, "loss", one.loss());
            number(sample, "departure", one.departure());
            number(sample, "gradient", one.gradient());
            sample.put("named", one.named()).put("why", one.why());
            if (!one.text().isEmpty()) {
                sample.put("text", one.text());
            }
        });
        result.firstSite()
                .ifPresent(first -> number(
                        node.putObject("firstSite").put("step", first.step()).put("what", first.what()),
                        "size",
                        first.size()));
        result.leadSteps().ifPresent(lead -> node.put("leadSteps", lead));
        ArrayNode tried = node.putArray("interventions");
        result.interventions().forEach(one -> {
            ObjectNode each = tried.addObject().put("name", one.name()).put("steps", one.steps());
            number(each, "loss", one.loss());
            number(each, "symptom", one.symptom());
            each.put("skipped", one.skipped()).put("best", one.best());
            ArrayNode commands = each.putArray("commands");
            one.commands().forEach(commands::add);
        });
        ArrayNode notRun = node.putArray("notRun");
        result.notRun()
                .forEach(one -> notRun.addObject().put("what", one.what()).put("why", one.why()));
        node.putObject("cost")
                .put("trials", result.cost().trials())
                .put("resumed", result.cost().resumed())
                .put("seconds", result.cost().seconds())
                .put("checkpointBytes", result.cost().checkpointBytes());
        node.put("complete", result.complete());
        return node;
    }

    /** A replay as {@link #write} tells it; its curves are not told. */
    public static ReplayResult read(JsonNode node) {
        JsonNode again = node.path("reproduction");
        List<ReplayResult.Outcome> outcomes = new ArrayList<>();
        node.path("outcomes")
                .forEach(one -> outcomes.add(new ReplayResult.Outcome(
                        one.path("group").asText(),
                        one.path("name").asText(),
                        one.path("repeats").asInt(),
                        number(one, "symptom"),
                        number(one, "spread"),
                        number(one, "removed"),
                        number(one, "noise"),
                        number(one, "p"),
                        number(one, "loss"),
                        one.path("firstBad").asText())));
        List<ReplayResult.Culprit> samples = new ArrayList<>();
        node.path("samples")
                .forEach(one -> samples.add(new ReplayResult.Culprit(
                        one.path("step").asLong(),
                        one.path("rank").asInt(),
                        one.path("number").asInt(),
                        one.path("source").asText(),
                        one.path("offset").asLong(),
                        number(one, "loss"),
                        number(one, "departure"),
                        number(one, "gradient"),
                        one.path("named").asBoolean(),
                        one.path("why").asText(),
                        one.path("text").asText())));
        List<ReplayResult.Intervention> tried = new ArrayList<>();
        node.path("interventions").forEach(one -> {
            List<String> commands = new ArrayList<>();
            one.path("commands").forEach(command -> commands.add(command.asText()));
            tried.add(new ReplayResult.Intervention(
                    one.path("name").asText(),
                    one.path("steps").asInt(),
                    number(one, "loss"),
                    number(one, "symptom"),
                    one.path("skipped").asInt(),
                    commands,
                    one.path("best").asBoolean()));
        });
        List<ReplayResult.NotRun> notRun = new ArrayList<>();
        node.path("notRun")
                .forEach(one -> notRun.add(new ReplayResult.NotRun(
                        one.path("what").asText(), one.path("why").asText())));
        JsonNode first = node.path("firstSite");
        return new ReplayResult(
                node.path("run").asText(),
                node.path("incident").asText(),
                new ReplayResult.Steps(
                        node.path("checkpoint").asLong(),
                        node.path("firstStep").asLong(),
                        node.path("lastStep").asLong()),
                Verdict.valueOf(
                        node.path("verdict").asText().toUpperCase(Locale.ROOT).replace('-', '_')),
                number(node, "errorProbability"),
                node.path("because").asText(),
                new ReplayResult.Reproduction(
                        again.path("same").asBoolean(),
                        again.path("steps").asInt(),
                        again.path("values").asLong(),
                        again.path("difference").asText(),
                        again.path("weights").asText(),
                        again.path("batch").asText(),
                        again.path("arithmetic").asText()),
                node.path("symptom").asText(),
                outcomes,
                samples,
                first.isObject()
                        ? Optional.of(new Departures.First(
                                first.path("step").asLong(), first.path("what").asText(), number(first, "size")))
                        : Optional.empty(),
                node.has("leadSteps") ? Optional.of(node.path("leadSteps").asLong()) : Optional.empty(),
                tried,
                notRun,
                List.of(),
                new ReplayResult.Cost(
                        node.path("cost").path("trials").asInt(),
                        node.path("cost").path("resumed").asInt(),
                        node.path("cost").path("seconds").asDouble(),
                        node.path("cost").path("checkpointBytes").asLong()),
                node.path("complete").asBoolean());
    }

    private static double number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isTextual() ? Double.parseDouble(value.asText()) : value.asDouble();
    }

    /** What JSON has no number for is the word for it. */
    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.put(name, Double.toString(value));
        }
    }
}
