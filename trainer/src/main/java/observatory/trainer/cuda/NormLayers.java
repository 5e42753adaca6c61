package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.cuda.Activations.KeptByNorm;
import observatory.trainer.cuda.Activations.Layer;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.NormKernels.NormPartials;
import observatory.trainer.cuda.NormKernels.NormParts;
import observatory.trainer.cuda.Parameters.Parameter;

/**
 * The norms of the network: in front of attention, in front of the MLP, and the final one. Each adds what the branch
 * before it has left to the residual stream as it reads it, and its backward pass adds to the gradient of that stream.
 */
final class NormLayers {
    private final NetworkContext network;
    private final ModelSpec spec;
    private final Activations kept;
    private final NormKernels kernels;

    NormLayers(NetworkContext network) {
        this.network = network;
        this.spec = network.spec();
        this.kept = network.kept();
        this.kernels = network.operations().norm();
    }

    void beforeAttention(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        enter(
                pass,
                number,
                Hook.ATTENTION_NORM,
                norm(number, "attention.norm", layer.attentionNorm()),
                layer.attentionInput());
    }

    void last(Pass pass) {
        enter(
                pass,
                spec.layers(),
                Hook.FINAL_NORM,
                norm(Site.NO_LAYER, "final.norm", kept.finalNorm()),
                kept.normalised());
    }

    /** The norm in front of a layer, or the final one; adds what the layer before it has left to add. */
    private void enter(Pass pass, int number, Hook hook, NormKernels.Norm norm, long output) {
        int before = number - 1;
        int layer = number == spec.layers() ? Site.NO_LAYER : number;
        int blocks = network.operations().blocks().forNorm(pass.rows());
        HookLines lines = pass.lines();
        boolean first = number == 0;
        NormPartials partials = new NormPartials(
                first ? 0 : lines.partials(Hook.MLP_OUT, before, blocks),
                first ? 0 : lines.partials(Hook.RESIDUAL, before, blocks),
                lines.partials(hook, layer, blocks));
        kernels.forward(
                first ? kept.embedded() : kept.layers().get(before).middle(),
                first ? 0 : kept.branch(),
                norm,
                first ? 0 : kept.layers().get(before).output(),
                output,
                rows(pass),
                partials);
        if (!first) {
            network.show(pass, Hook.MLP_OUT, before, kept.branch(), spec.width());
            network.show(pass, Hook.RESIDUAL, before, kept.layers().get(before).output(), spec.width());
        }
        network.show(pass, hook, layer, output, spec.width());
    }

    void beforeMlp(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        HookLines lines = pass.lines();
        int blocks = network.operations().blocks().forNorm(pass.rows());
        NormPartials partials = new NormPartials(
                lines.partials(Hook.ATTENTION_OUT, number, blocks),
                lines.partials(Hook.RESIDUAL_MID, number, blocks),
                lines.partials(Hook.MLP_NORM, number, blocks));
        kernels.forward(
                network.residualBefore(number),
                kept.branch(),
                norm(number, "mlp.norm", layer.mlpNorm()),
                layer.middle(),
                layer.mlpInput(),
                rows(pass),
                partials);
        network.show(pass, Hook.ATTENTION_OUT, number, kept.branch(), spec.width());
        network.show(pass, Hook.RESIDUAL_MID, number, layer.middle(), spec.width());
        network.show(pass, Hook.MLP_NORM, number, layer.mlpInput(), spec.width());
    }

    void lastBackward(Pass pass) {
        backward(pass, Site.NO_LAYER, "final.norm", kept.finalNorm(), network.residualBefore(spec.layers()), 0);
    }

    void beforeMlpBackward(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        backward(pass, number, "mlp.norm", layer.mlpNorm(), layer.middle(), 0);
    }

    void beforeAttentionBackward(Pass pass, int number) {
        long partials = pass.lines()
                .partials(
                        Hook.RESIDUAL_GRADIENT,
                        number,
                        network.operations().blocks().forRows(pass.rows()));
        KeptByNorm rows = kept.layers().get(number).attentionNorm();
        backward(pass, number, "attention.norm", rows, network.residualBefore(number), partials);
        network.show(pass, Hook.RESIDUAL_GRADIENT, number, kept.gradient(), spec.width());
    }

    /** Adds the gradient through a norm to that of the residual stream x, and to those of gain and bias. */
    private void backward(Pass pass, int layer, String name, KeptByNorm rows, long x, long partials) {
        NormKernels.Norm norm = norm(layer, name, rows);
        kernels.backwardInput(kept.narrow(), x, norm, kept.gradient(), rows(pass), partials);
        NormParts parts = NormParts.of(pass.rows(), pass.context());
        Parameter gain = network.weights().parameters().of(layer, name + ".gain");
        Parameter bias = network.weights().parameters().of(layer, name + ".bias");
        kernels.backwardParameters(
                kept.narrow(),
                x,
                norm,
                kept.normParts(),
                network.weights().gradient(gain),
                bias == null ? 0 : network.weights().gradient(bias),
                rows(pass),
                parts);
        if (pass.seen().wants(Hook.NORM_EXAMPLE_GRADIENT)) {
            kernels.exampleGradients(kept.normParts(), kept.exampleGradients(), pass.sequences(), spec.width(), parts);
            Place place = Place.ofFloats(kept.exampleGradients(), pass.sequences(), spec.width());
            pass.seen().pass(gain.site(Hook.NORM_EXAMPLE_GRADIENT), place, pass.own());
        }
    }

    private NormKernels.Norm norm(int layer, String name, KeptByNorm rows) {
        Parameter bias = network.weights().parameters().of(layer, name + ".bias");
        return new NormKernels.Norm(
                network.working(layer, name + ".gain"),
                bias == null ? 0 : network.weights().working(bias),
                rows.means(),
                rows.scales(),
                spec.norm() == Norm.LAYERNORM);
    }

    private Rows rows(Pass pass) {
        return new Rows(pass.rows(), spec.width());
    }
}
