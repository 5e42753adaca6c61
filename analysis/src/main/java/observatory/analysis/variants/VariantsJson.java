package observatory.analysis.variants;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import observatory.stream.wire.Json;

/** A study as JSON: what each variant came to, and every run it is made of. */
public final class VariantsJson {
    private VariantsJson() {}

    /** @param what was trained, in a sentence or two */
    public static ObjectNode of(Study study, String what) {
        ObjectNode root = Json.mapper().createObjectNode().put("what", what);
        root.set("rates", Json.mapper().valueToTree(study.rates()));
        root.set("seeds", Json.mapper().valueToTree(study.seeds()));
        ArrayNode variants = root.putArray("variants");
        for (int i = 0; i < study.variants().size(); i++) {
            variant(variants.addObject(), study, i);
        }
        ArrayNode runs = root.putArray("runs");
        study.outcomes().forEach((place, outcome) -> {
            ObjectNode run = Json.mapper().valueToTree(place);
            run.setAll((ObjectNode) Json.mapper().valueToTree(outcome));
            runs.add(run.put("diverged", outcome.diverged()));
        });
        return root;
    }

    private static void variant(ObjectNode node, Study study, int at) {
        String variant = study.variants().get(at);
        node.put("variant", variant);
        if (study.seeds().length == 0) {
            return;
        }
        node.put("diverged", study.of(variant).filter(Outcome::diverged).count());
        node.put("runs", study.of(variant).count());
        node.put("bestRate", study.bestRate(variant));
        for (Measure measure : Measure.values()) {
            ObjectNode one = node.putObject(measure.label());
            one.setAll((ObjectNode) Json.mapper().valueToTree(study.estimate(variant, measure)));
            if (at > 0) {
                Paired paired = study.comparisons(measure).get(at - 1);
                one.set("difference", Json.mapper().valueToTree(paired.difference()));
                one.put("probability", paired.probability())
                        .put("finding", study.finding(measure, paired).name().toLowerCase(Locale.ROOT));
            }
        }
    }
}
