package observatory.trainer.cpu;

import java.util.List;
import observatory.trainer.InitialWeights;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;

/** Sets the weights of a model to what they begin with. */
final class Initial {
    private Initial() {}

    static void fill(List<Parameter> parameters, int layers, long seed) {
        InitialWeights initial = new InitialWeights(layers, seed);
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            Tensor weight = parameter.weight();
            initial.fill(weight.data(), new Entry(parameter.path(), Part.WEIGHT, weight.rows(), weight.columns()), p);
        }
    }
}
