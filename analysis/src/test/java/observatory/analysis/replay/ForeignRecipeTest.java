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
    void inWhatTheTrainerOfHuggingFaceTakes() {
        ForeignRecipe recipe = of("Hugging Face trainer state");
        assertEquals(
                "--resume_from_checkpoint OUTPUT/checkpoint-1400, with the samples of steps 1,500 to 1,502 taken out of the"
                        + " data set",
                recipe.runs().get(1).flags());
        assertEquals(
                "--resume_from_checkpoint OUTPUT/checkpoint-1400 --full_determinism true",
                recipe.runs().getFirst().flags());
    }

    @Test
    void byHandWhereNoFlagIsKnown() {
        ForeignRecipe recipe = of("nanoGPT");
        assertEquals(
                "resume from the newest checkpoint at or before step 1,400, passing over the batches of steps 1,500 to 1,502",
                recipe.runs().get(1).flags());
        assertEquals(
                "resume from the newest checkpoint at or before step 1,400 with the learning rate divided by ten",
                recipe.runs().get(3).flags());
    }

    @Test
    void aLongListOfStepsIsCut() {
        assertEquals(
                " --iterations-to-skip 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
                ForeignWords.MEGATRON.skip(1, 20));
        assertEquals(
                " --iterations-to-skip 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 …",
                ForeignWords.MEGATRON.skip(1, 21));
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
