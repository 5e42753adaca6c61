package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinguaProbeTest {
    static final String LOG = line(10, 4.0) + line(20, 8.0);

    @TempDir
    Path folder;

    @Test
    void matrixProductsBecomeSites() throws IOException {
        Read read = Read.of(new LinguaProbe(), folder, LOG.getBytes(StandardCharsets.UTF_8));
        Sites sites = read.frames().getFirst().sites();
        assertEquals(5, value(sites, "rms", Site.of(Hook.ATTENTION_NORM, 3)), 1e-12, "root of 3² + 4²");
        assertEquals(9, value(sites, "abs_max", Site.of(Hook.ATTENTION_NORM, 3)), "the least is farther from 0");
        assertEquals(4, value(sites, "attention_logit_max", Site.of(Hook.ATTENTION_LOGITS, 3)));
        assertEquals(0.5, value(sites, "attention_entropy_nats", Site.of(Hook.ATTENTION_ENTROPY, 3)));
        Site gradient = new Site(Hook.GRADIENT, 3, "feed_forward.w2");
        assertEquals(5 * Math.sqrt(200), value(sites, "norm", gradient), 1e-9, "rms times the root of 10 × 20");
        assertEquals(5, value(sites, "rms", Site.of(Hook.LOGITS, Site.NO_LAYER)), 1e-12);
        assertEquals(8, value(read.frames().get(1).sites(), "attention_logit_max", Site.of(Hook.ATTENTION_LOGITS, 3)));
    }

    @Test
    void tensorsThatStandAtNoHookArePassedOver() throws IOException {
        Read read = Read.of(new LinguaProbe(), folder, LOG.getBytes(StandardCharsets.UTF_8));
        assertEquals(5, read.frames().getFirst().sites().sites().size());
    }

    private static double value(Sites sites, String metric, Site site) {
        Column column = sites.column(metric).orElseThrow();
        int at = sites.sites().indexOf(site);
        for (int i = 0; i < column.size(); i++) {
            if (column.at()[i] == at) {
                return column.values()[i];
            }
        }
        throw new AssertionError(metric + " was not measured at " + site.label());
    }

    private static String line(long step, double logit) {
        String tensor = "{\"shape\": [10, 20], \"mean\": 3.0, \"std\": 4.0, \"skew\": 0.1, \"kurtosis\": 3.0,"
                + " \"abs.mean\": 2.0, \"max\": 8.0, \"min\": -9.0, \"quantiles\": [0.1, 0.2]}";
        return "{\"data\": {\"layers.3.attention.wq::in\": " + tensor
                + ", \"layers.3.attention::attn_entropy\": {\"shape\": [1], \"mean\": 0.5, \"std\": 0.1}"
                + ", \"layers.3.attention::attn_logits\": {\"shape\": [1], \"mean\": 0.5, \"max\": " + logit
                + ", \"min\": -1.0}, \"layers.3.unknown::thing\": " + tensor
                + ", \"output::out\": " + tensor + ", \"layers.3.feed_forward.w2::w.g\": " + tensor
                + "}, \"meta\": {\"it\": " + step + ", \"global_step\": " + step
                + "}, \"version\": 2, \"quantiles\": [0.1]}\n";
    }
}
