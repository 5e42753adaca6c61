package observatory.probe.builtin;

import java.util.List;
import java.util.Optional;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.Tokens;

/** A step of which everything is known, with numbers that make every derived one easy to check by hand. */
final class Steps {
    static final Sites SITES = new Sites(
            List.of(
                    Site.of(Hook.RESIDUAL, 0),
                    Site.of(Hook.RESIDUAL, 1),
                    Site.of(Hook.RESIDUAL, 2),
                    new Site(Hook.GRADIENT, Site.NO_LAYER, "embedding.token"),
                    new Site(Hook.GRADIENT, Site.NO_LAYER, "unembedding"),
                    new Site(Hook.NORM_EXAMPLE_GRADIENT, 0, "mlp.norm.gain"),
                    Site.of(Hook.ATTENTION_LOGITS, 0)),
            List.of(
                    new Column("rms", new int[] {0, 1, 2}, new double[] {1, 5, Math.exp(4)}),
                    new Column("norm", new int[] {3, 4}, new double[] {3, 4}),
                    new Column("adam_rms", new int[] {3, 4}, new double[] {1, 3}),
                    new Column("attention_logit_max", new int[] {6}, new double[] {65504.0 / 64}),
                    new Column("example_gradient_square", new int[] {5}, new double[] {9.125}),
                    new Column("batch_gradient_square", new int[] {5}, new double[] {5.46875}),
                    new Column("examples", new int[] {5}, new double[] {4})));

    static final StepFacts FACTS = new StepFacts(
            new Scalars.Builder()
                    .put(Scalars.TOKENS, 512)
                    .put(Scalars.STEP_SECONDS, 2)
                    .put(Scalars.MODEL_FLOPS, 3e9)
                    .put(Scalars.PEAK_FLOPS, 6e9)
                    .put(Scalars.ADAM_BETA2, 0.99)
                    .put(Scalars.HEAD_WIDTH, 64)
                    .put(Scalars.GRADIENT_NORM, Math.sqrt(5.46875))
                    .put(Scalars.BATCH_SEQUENCES, 8)
                    .put(Scalars.MICRO_BATCH_SEQUENCES, 2)
                    .put(Scalars.MICRO_GRADIENT_SQUARE, 9.125)
                    .build(),
            Optional.of(new Batch(List.of(
                    new Batch.Sequence("en", 0, 2), new Batch.Sequence("de", 9, 3), new Batch.Sequence("en", 7, 4)))),
            new Tokens(new int[] {1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5, 6}, 3));

    private Steps() {}
}
