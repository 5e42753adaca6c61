package observatory.ui.layers;

import java.util.Comparator;
import observatory.probe.Site;

/** How the rows of the map of layers lie together. */
enum Grouping {
    HOOK("by hook"),
    LAYER("by layer");

    private final String label;

    Grouping(String label) {
        this.label = label;
    }

    Comparator<Site> order() {
        return switch (this) {
            case HOOK ->
                Comparator.comparing(Site::hook).thenComparing(Site::parameter).thenComparing(Site::layer);
            case LAYER ->
                Comparator.comparing(Site::layer).thenComparing(Site::hook).thenComparing(Site::parameter);
        };
    }

    /** The group a site belongs to. */
    String group(Site site) {
        return switch (this) {
            case HOOK -> place(site);
            case LAYER -> site.layer() < 0 ? "no layer" : "layer " + site.layer();
        };
    }

    /** What tells a site from the others of its group. */
    String name(Site site) {
        return switch (this) {
            case HOOK -> site.layer() < 0 ? "" : Integer.toString(site.layer());
            case LAYER -> place(site);
        };
    }

    @Override
    public String toString() {
        return label;
    }

    /** The same place in every layer: its hook, or its parameter. */
    static String place(Site site) {
        if (site.parameter().isEmpty()) {
            return site.hook().label().replace('_', ' ');
        }
        String hook = site.hook().label();
        return site.parameter() + (hook.equals("gradient") ? "" : " " + hook);
    }
}
