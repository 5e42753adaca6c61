package observatory.probe;

import java.util.Objects;

/**
 * A hook at a layer, or at a parameter of a layer. {@link #NO_LAYER} stands where a tensor belongs to no layer, an
 * empty parameter where the tensor is an activation.
 */
public record Site(Hook hook, int layer, String parameter) {
    /** The layer of what stands outside the stack of layers: embedding, final norm, logits. */
    public static final int NO_LAYER = -1;

    public Site {
        Objects.requireNonNull(hook, "hook");
        Objects.requireNonNull(parameter, "parameter");
        if (layer < NO_LAYER) {
            throw new IllegalArgumentException("layer must be -1 (none) or a layer number: layer=" + layer);
        }
    }

    /** An activation. */
    public static Site of(Hook hook, int layer) {
        return new Site(hook, layer, "");
    }

    /** Where this is, for people: {@code layer 3 mlp_out}, or {@code layer 3 mlp.up gradient}. */
    public String label() {
        String place = layer == NO_LAYER ? "" : "layer " + layer + " ";
        return parameter.isEmpty() ? place + hook.label() : place + parameter + " " + hook.label();
    }
}
