package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;

/** Gain, which starts at one, and bias of a norm; RMSNorm has a gain alone. */
record NormParameters(List<Parameter> all) {

    static NormParameters of(Arena arena, ModelSpec spec, int layer, String name) {
        Parameter gain = row(arena, spec, new Parameter.Named(layer, name + ".gain"));
        for (int i = 0; i < spec.width(); i++) {
            gain.weight().set(i, 1);
        }
        return spec.norm() == Norm.RMSNORM
                ? new NormParameters(List.of(gain))
                : new NormParameters(List.of(gain, row(arena, spec, new Parameter.Named(layer, name + ".bias"))));
    }

    Normalise operation(Workers workers, Arena arena, Norm norm, int rows) {
        return new Normalise(workers, arena, norm, all.getFirst(), all.size() > 1 ? all.get(1) : null, rows);
    }

    private static Parameter row(Arena arena, ModelSpec spec, Parameter.Named named) {
        return new Parameter(arena, named, 1, spec.width());
    }
}
