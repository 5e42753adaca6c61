package observatory.analysis.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import observatory.stream.Json;

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

    /** What JSON has no number for is the word for it. */
    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.put(name, Double.toString(value));
        }
    }
}
