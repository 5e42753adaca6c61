package observatory.probe.builtin;

import observatory.probe.Site;

/** Where what is measured head by head stands: at the site of its layer, with the head as its parameter. */
final class Heads {
    private Heads() {}

    static Site site(Site layer, int head) {
        return new Site(layer.hook(), layer.layer(), "head " + head);
    }
}
