package observatory.ui.probes;

import java.util.Optional;
import observatory.probe.Hook;
import observatory.probe.Site;

/** A place in the tree of what is watched: the training step's hooks, their sites, and who looks there. */
sealed interface Spot {
    record Root() implements Spot {}

    record AtHook(Hook hook) implements Spot {}

    record AtSite(Site site) implements Spot {}

    /** What looks at no tensor. */
    record Whole(Part part) implements Spot {}

    /** A probe, or a metric that no built-in probe reports; without a site where it does not look. */
    record Asked(Optional<Hook> hook, Optional<Site> site, String name) implements Spot {}

    enum Part {
        STEP("the step"),
        BATCH("the batch"),
        FRAME("reading results, building and handing over the frame");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    static Asked off(Hook hook, String probe) {
        return new Asked(Optional.of(hook), Optional.empty(), probe);
    }

    static Asked on(Site site, String probe) {
        return new Asked(Optional.of(site.hook()), Optional.of(site), probe);
    }

    static Asked whole(String probe) {
        return new Asked(Optional.empty(), Optional.empty(), probe);
    }
}
