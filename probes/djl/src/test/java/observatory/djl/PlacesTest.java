package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.util.Pair;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import observatory.probe.Hook;
import org.junit.jupiter.api.Test;

/** Blocks of DJL's own making find their hooks; no engine is needed to look at names. */
class PlacesTest {
    @Test
    void aTransformerHasLayersAndWhatStandsAroundThem() {
        SequentialBlock model = new SequentialBlock()
                .add(linear())
                .add(new TransformerEncoderBlock(8, 2, 16, 0, Activation::relu))
                .add(new TransformerEncoderBlock(8, 2, 16, 0, Activation::relu))
                .add(LayerNorm.builder().build())
                .add(linear());
        Places places = new Places(model);

        assertEquals(2, places.layers());
        Map<String, String> expected = Map.ofEntries(
                Map.entry("01Linear", "embedding -1"),
                Map.entry("02TransformerEncoderBlock", "residual 0"),
                Map.entry("02TransformerEncoderBlock.01selfAttention", "attention_out 0"),
                Map.entry("02TransformerEncoderBlock.01selfAttention.01keyProjection", "qkv 0"),
                Map.entry("02TransformerEncoderBlock.01selfAttention.02queryProjection", "qkv 0"),
                Map.entry("02TransformerEncoderBlock.01selfAttention.03valueProjection", "qkv 0"),
                Map.entry("02TransformerEncoderBlock.02attentionNorm", "attention_norm 0"),
                Map.entry("02TransformerEncoderBlock.03outputBlock", "mlp_out 0"),
                Map.entry("02TransformerEncoderBlock.03outputBlock.01Linear", "mlp_up 0"),
                Map.entry("02TransformerEncoderBlock.03outputBlock.02LambdaBlock", "mlp_hidden 0"),
                Map.entry("02TransformerEncoderBlock.04outputNorm", "mlp_norm 0"),
                Map.entry("04LayerNorm", "final_norm -1"));
        Map<String, String> found = new TreeMap<>();
        collect(places, model, "", found);
        found.keySet().removeIf(name -> name.startsWith("03"));
        assertEquals(new TreeMap<>(expected), found);
        List<String> parameters = places.parameters().stream()
                .map(watched -> watched.at(Hook.GRADIENT).label())
                .toList();
        assertEquals(parameters.size(), parameters.stream().distinct().count(), "each has a name of its own");
        assertEquals(model.getParameters().size(), parameters.size());
        assertTrue(parameters.contains("layer 0 selfattention.queryprojection.weight gradient"), parameters::toString);
        assertTrue(parameters.contains("layer 1 outputblock.03linear.bias gradient"), parameters::toString);
        assertTrue(parameters.contains("01linear.weight gradient"), parameters::toString);
    }

    @Test
    void aModelWithoutLayersHasOneForEachChildWithParameters() {
        SequentialBlock model =
                new SequentialBlock().add(linear()).add(Activation.reluBlock()).add(linear());
        Map<String, String> found = new TreeMap<>();
        collect(new Places(model), model, "", found);
        assertEquals(Map.of("01Linear", "residual 0", "03Linear", "residual 1"), found);
    }

    private static Block linear() {
        return Linear.builder().setUnits(8).build();
    }

    private static void collect(Places places, Block block, String path, Map<String, String> found) {
        for (Pair<String, Block> child : block.getChildren()) {
            String name = path.isEmpty() ? child.getKey() : path + "." + child.getKey();
            places.of(child.getValue())
                    .ifPresent(place -> found.put(name, place.hook().label() + " " + place.layer()));
            collect(places, child.getValue(), name, found);
        }
    }
}
