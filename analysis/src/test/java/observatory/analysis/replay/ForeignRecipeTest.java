package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;

/** The experiment for another framework is written down, and never said to have been made. */
class ForeignRecipeTest {
    private static ForeignRecipe of(String framework) {
        Incident incident = new Incident(
                new RunId("run"),
                1,
                Kind.LOSS_SPIKE,
                Severity.WARNING,
                "LossSpike",
                1500,
                1502,
                1501,
                true,
                Verdict.UNDETERMINED,
                "The loss rose.",
                "It matters.",
                "",
                Evidence.none());
        return ForeignRecipe.of("run", framework, incident, Optional.empty());
    }

    @Test
    void inTheFlagsOfMegatron() {
        ForeignRecipe recipe = of("Megatron text");
        assertEquals(
                "--load CHECKPOINTS --ckpt-step 1400 --iterations-to-skip 1500 1501 1502",
                recipe.runs().get(1).flags());
        assertTrue(recipe.runs().getFirst().flags().contains("--rerun-mode validate_results"));
    }

    @Test
    void nothingOfItIsExecuted() {
        for (String framework : new String[] {"Megatron text", "Hugging Face trainer state", "nanoGPT"}) {
            ForeignRecipe recipe = of(framework);
            JsonNode json = recipe.json();
            assertEquals("undetermined", json.get("verdict").asText());
            assertEquals(1, json.get("errorProbability").asDouble());
            assertFalse(json.get("executed").asBoolean());
            json.get("recipe").forEach(one -> assertFalse(one.get("executed").asBoolean()));
            assertEquals(0, json.get("outcomes").size());
            assertTrue(recipe.text().contains("Not executed"), recipe::text);
        }
    }
}
