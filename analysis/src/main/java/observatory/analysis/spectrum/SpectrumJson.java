package observatory.analysis.spectrum;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import observatory.stream.wire.Json;

/** A spectrum report as one JSON document; below {@code weightwatcher} each column has the name it has there. */
public final class SpectrumJson {
    private SpectrumJson() {}

    public static String of(SpectrumReport report) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("file", report.file().toString());
        ArrayNode layers = node.putArray("layers");
        report.layers().forEach(row -> layer(layers.addObject(), row));
        ArrayNode skipped = node.putArray("skipped");
        report.skipped()
                .forEach(one -> skipped.addObject().put("name", one.name()).put("reason", one.reason()));
        ArrayNode broken = node.putArray("broken");
        report.broken().forEach(broken::add);
        return text(node);
    }

    /** One fit. */
    public static String of(PowerLaw law) {
        ObjectNode node = Json.mapper().createObjectNode();
        law(node, law);
        return text(node);
    }

    private static String text(ObjectNode node) {
        try {
            return Json.mapper().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spectrum is numbers and text", e);
        }
    }

    private static void layer(ObjectNode node, LayerSpectrum row) {
        node.put("name", row.layer().name());
        node.put("rows", row.layer().n());
        node.put("columns", row.layer().m());
        node.put("positions", row.layer().weights().size());
        node.put("method", row.spectrum().method().name().toLowerCase(Locale.ROOT));
        node.put("shape", row.gate().shape().label());
        node.put("edgeRatio", row.gate().edgeRatio());
        node.put("signRatio", row.gate().signRatio());
        node.put("alpha", row.believed().map(PowerLaw::alpha).orElse(null));
        ObjectNode raw = node.putObject("fit");
        row.fit().ifPresent(law -> law(raw, law));
        weightWatcher(node.putObject("weightwatcher"), row);
    }

    private static void law(ObjectNode node, PowerLaw law) {
        node.put("alpha", law.alpha());
        node.put("xmin", law.xmin());
        node.put("xmax", law.xmax());
        node.put("D", law.distance());
        node.put("sigma", law.sigma());
        node.put("num_pl_spikes", law.tail());
    }

    private static void weightWatcher(ObjectNode node, LayerSpectrum row) {
        Spectrum spectrum = row.spectrum();
        Optional<PowerLaw> fit = row.weightWatcher();
        double alpha = fit.map(PowerLaw::alpha).orElse(-1.0);
        node.put("status", fit.isPresent() ? "success" : "failed");
        node.put("warning", fit.map(LayerSpectrum::warning).orElse(""));
        fit.ifPresentOrElse(law -> law(node, law), () -> node.put("alpha", -1));
        node.put("num_evals", spectrum.values().length);
        node.put("lambda_max", spectrum.largest());
        node.put("sv_max", Math.sqrt(spectrum.largest()));
        if (spectrum.method() == Spectrum.Method.EXACT) {
            node.put("sv_min", spectrum.smallest());
            node.put("rank_loss", spectrum.rankLoss());
        }
        node.put("weak_rank_loss", spectrum.weakRankLoss());
        node.put("norm", spectrum.norm());
        node.put("log_norm", Math.log10(spectrum.norm()));
        node.put("spectral_norm", spectrum.largest());
        node.put("log_spectral_norm", Math.log10(spectrum.largest()));
        node.put("stable_rank", spectrum.stableRank());
        node.put("matrix_rank", spectrum.matrixRank(row.layer().n()));
        node.put("entropy", spectrum.entropy(row.layer().n()));
        node.put("alpha_weighted", alpha * Math.log10(spectrum.largest()));
        node.put("log_alpha_norm", spectrum.logAlphaNorm(alpha));
        node.put("detX_num", row.erg().count());
        node.put("detX_val", row.erg().least());
        row.bulk().ifPresent(bulk -> {
            node.put("num_spikes", bulk.spikes());
            node.put("sigma_mp", bulk.sigma());
            node.put("mp_softrank", bulk.softRank());
            node.put("bulk_min", bulk.bulkMin());
            node.put("bulk_max", bulk.bulkMax());
        });
    }
}
