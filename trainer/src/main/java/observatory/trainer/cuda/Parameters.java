package observatory.trainer.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Position;

/**
 * The parameters of a model in the order of the forward pass, one after the other in one array; each begins at a
 * multiple of 128 elements, which in 16-bit formats is the 256 bytes that cuBLASLt takes operands to be aligned to.
 */
final class Parameters {
    /** Elements that one block of the optimizer's kernels takes. */
    private static final int CHUNK = 1 << 16;

    private static final int ALIGNMENT = 128;

    private final Map<String, Parameter> byName = new LinkedHashMap<>();
    private final List<Parameter> all = new ArrayList<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private long elements;

    /** @param first where it begins in the array of all, in elements */
    record Parameter(int number, int layer, String name, int rows, int columns, long first) {
        long size() {
            return (long) rows * columns;
        }

        boolean matrix() {
            return rows > 1;
        }

        /** Name in checkpoints, such as {@code layers.0.attention.qkv}. */
        String path() {
            return path(layer, name);
        }

        Site site(Hook hook) {
            return new Site(hook, layer, name);
        }

        private static String path(int layer, String name) {
            return layer == Site.NO_LAYER ? name : "layers." + layer + "." + name;
        }
    }

    /** At most CHUNK elements of one parameter. */
    record Chunk(Parameter parameter, long first, int count) {}

    Parameters(ModelSpec spec) {
        int c = spec.width();
        add(Site.NO_LAYER, "embedding.token", spec.vocabulary(), c);
        if (spec.position() == Position.LEARNED) {
            add(Site.NO_LAYER, "embedding.position", spec.context(), c);
        }
        for (int layer = 0; layer < spec.layers(); layer++) {
            addNorm(spec, layer, "attention.norm");
            add(layer, "attention.qkv", 3 * c, c);
            add(layer, "attention.out", c, c);
            if (spec.qkNorm()) {
                add(layer, "attention.query_norm.gain", 1, spec.headWidth());
                add(layer, "attention.key_norm.gain", 1, spec.headWidth());
            }
            addNorm(spec, layer, "mlp.norm");
            add(layer, "mlp.up", spec.projected(), c);
            add(layer, "mlp.down", c, spec.hidden());
        }
        addNorm(spec, Site.NO_LAYER, "final.norm");
        if (!spec.tied()) {
            add(Site.NO_LAYER, "unembedding", spec.vocabulary(), c);
        }
    }

    List<Parameter> all() {
        return all;
    }

    /** Whether every chunk begins with a run that is looked at where one run of 64 elements in {@code stride} is. */
    static boolean wholeRuns(int stride) {
        return CHUNK % (64 * stride) == 0;
    }

    List<Chunk> chunks() {
        return chunks;
    }

    /** Elements of the array that holds all of them. */
    long elements() {
        return elements;
    }

    Parameter of(int layer, String name) {
        return byName.get(Parameter.path(layer, name));
    }

    /** The parameter, or null where this model has none of that name. */
    Parameter of(String name) {
        return byName.get(name);
    }

    private void addNorm(ModelSpec spec, int layer, String name) {
        add(layer, name + ".gain", 1, spec.width());
        if (spec.norm() == Norm.LAYERNORM) {
            add(layer, name + ".bias", 1, spec.width());
        }
    }

    private void add(int layer, String name, int rows, int columns) {
        Parameter parameter = new Parameter(all.size(), layer, name, rows, columns, elements);
        all.add(parameter);
        byName.put(parameter.path(), parameter);
        for (long at = 0; at < parameter.size(); at += CHUNK) {
            chunks.add(new Chunk(parameter, elements + at, (int) Math.min(CHUNK, parameter.size() - at)));
        }
        elements += (parameter.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
