package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductsTest {
    /** The head's too, tied or not: at GPT-2's size a reference without it is a third too short. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theGradientOfEveryLinearMapIsWritten(boolean tied) {
        ModelSpec spec = new ModelSpec(1, 2, 16, 8, 64, Norm.LAYERNORM).withTied(tied);
        try (Workers workers = new Workers(2);
                CpuModel model = new CpuModel(
                        spec, Small.training(1, 2, Precision.FP32), Fault.NONE, Small.unwatched(), workers);
                Products products = new Products(spec, model, workers, 2)) {
            products.run();
            List<String> written = model.parameters().stream()
                    .filter(parameter ->
                            Sums.moments(workers, parameter.gradient()).norm() > 0)
                    .map(Parameter::path)
                    .sorted()
                    .toList();
            List<String> maps = Stream.of(
                            tied ? "embedding.token" : "unembedding",
                            "layers.0.attention.out",
                            "layers.0.attention.qkv",
                            "layers.0.mlp.down",
                            "layers.0.mlp.up")
                    .sorted()
                    .toList();
            assertEquals(maps, written);
        }
    }
}
