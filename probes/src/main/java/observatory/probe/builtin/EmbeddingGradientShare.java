package observatory.probe.builtin;

import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * The share of the embeddings in the global gradient norm, ‖g_embedding‖/‖g‖. Before the collapses of GLM-130B (Zeng et
 * al. 2022, arXiv 2210.02414) it rose towards 1; shrinking the embedding's gradient was the cure. From {@link
 * GradientNorm}; costs nothing of its own.
 */
@Metric(name = "embedding_gradient_share", tells = "norm of the embeddings' gradient over the global gradient norm")
public record EmbeddingGradientShare(Schedule schedule) implements StepProbe {
    private static final String EMBEDDING = "embedding.";

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        sites.column("norm").ifPresent(norm -> {
            double all = 0;
            double embedding = 0;
            for (int i = 0; i < norm.size(); i++) {
                double square = norm.values()[i] * norm.values()[i];
                all += square;
                embedding += sites.sites().get(norm.at()[i]).parameter().startsWith(EMBEDDING) ? square : 0;
            }
            if (embedding > 0) {
                out.scalar("embedding_gradient_share", Math.sqrt(embedding / all));
            }
        });
    }
}
