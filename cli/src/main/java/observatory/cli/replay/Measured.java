package observatory.cli.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import observatory.analysis.replay.Signals;
import observatory.analysis.replay.Symptom;
import observatory.probe.Frame;
import observatory.stream.wire.Json;
import observatory.trainer.Trainer;
import observatory.trainer.replay.Course;

/**
 * What is kept of a trial: a few numbers, so that a replay that is taken up again need not run it again.
 *
 * @param losses of each step
 * @param gradients norms of each step
 * @param firstBad first site that was not finite, empty where all were
 * @param held loss on sequences held for the comparison; NaN where that was not asked
 */
record Measured(
        double symptom,
        long firstStep,
        double[] losses,
        double[] gradients,
        int skipped,
        String firstBad,
        double held,
        String ended) {

    static Measured of(Course course, Symptom symptom, double held) {
        String bad = "";
        for (Frame frame : course.frames()) {
            if (bad.isEmpty()) {
                bad = Signals.firstBad(frame).map(site -> site.label()).orElse("");
            }
        }
        List<Trainer.Result> steps = course.steps();
        return new Measured(
                course.ended().isEmpty() ? symptom.of(course.frames()) : Symptom.ENDED,
                steps.isEmpty() ? 0 : steps.getFirst().step(),
                steps.stream().mapToDouble(Trainer.Result::loss).toArray(),
                steps.stream().mapToDouble(Trainer.Result::gradientNorm).toArray(),
                (int) steps.stream().filter(Trainer.Result::skipped).count(),
                bad,
                held,
                course.ended());
    }

    double lastLoss() {
        return losses.length == 0 ? Double.NaN : losses[losses.length - 1];
    }

    long[] steps() {
        long[] steps = new long[losses.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = firstStep + i;
        }
        return steps;
    }

    ObjectNode json() {
        ObjectNode node = Json.mapper().createObjectNode();
        put(node.putArray("losses"), losses);
        put(node.putArray("gradients"), gradients);
        return node.put("symptom", Double.toString(symptom))
                .put("firstStep", firstStep)
                .put("skipped", skipped)
                .put("firstBad", firstBad)
                .put("held", Double.toString(held))
                .put("ended", ended);
    }

    static Measured read(JsonNode node) {
        return new Measured(
                Double.parseDouble(node.path("symptom").asText()),
                node.path("firstStep").asLong(),
                array(node.path("losses")),
                array(node.path("gradients")),
                node.path("skipped").asInt(),
                node.path("firstBad").asText(),
                Double.parseDouble(node.path("held").asText()),
                node.path("ended").asText());
    }

    private static void put(ArrayNode array, double[] values) {
        for (double value : values) {
            array.add(Double.toString(value)); // text, for NaN and to the last bit
        }
    }

    private static double[] array(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.parseDouble(node.get(i).asText());
        }
        return values;
    }
}
