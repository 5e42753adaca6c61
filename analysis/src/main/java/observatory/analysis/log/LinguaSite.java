package observatory.analysis.log;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Hook;
import observatory.probe.Site;

/**
 * Where in the step a tensor of lingua's probe stands. The input of the first matrix of a block is what its norm gives,
 * the output of the last is what the block adds to the residual stream, and the gradient of that is the gradient there.
 */
record LinguaSite(Site site) {
    private static final Pattern KEY =
            Pattern.compile("^(?:(?:.*\\.)?layers\\.(\\d{1,5})\\.)?([A-Za-z_0-9.]+)::([a-z_.]+)$");
    private static final Map<String, Hook> ACTIVATIONS = Map.ofEntries(
            Map.entry("attention.wq::in", Hook.ATTENTION_NORM),
            Map.entry("attention.wo::out", Hook.ATTENTION_OUT),
            Map.entry("attention::attn_logits", Hook.ATTENTION_LOGITS),
            Map.entry("attention::attn_entropy", Hook.ATTENTION_ENTROPY),
            Map.entry("feed_forward.w1::in", Hook.MLP_NORM),
            Map.entry("feed_forward.w1::out", Hook.MLP_UP),
            Map.entry("feed_forward.w2::in", Hook.MLP_HIDDEN),
            Map.entry("feed_forward.w2::out", Hook.MLP_OUT),
            Map.entry("feed_forward.w2::out.g", Hook.RESIDUAL_GRADIENT),
            Map.entry("output::in", Hook.FINAL_NORM),
            Map.entry("output::out", Hook.LOGITS),
            Map.entry("output::out.g", Hook.LOGITS_GRADIENT));
    private static final Map<String, Hook> PARAMETERS = Map.of("w", Hook.WEIGHT, "w.g", Hook.GRADIENT);

    /** The site of a key such as {@code layers.0.attention.wq::w.g}; empty for tensors that stand at no hook. */
    static Optional<LinguaSite> of(String key) {
        Matcher parts = KEY.matcher(key);
        if (key.length() > 200 || !parts.matches()) {
            return Optional.empty();
        }
        int layer = parts.group(1) == null ? Site.NO_LAYER : Integer.parseInt(parts.group(1));
        String module = parts.group(2);
        String what = parts.group(3);
        if (PARAMETERS.containsKey(what)) {
            return Optional.of(new LinguaSite(new Site(PARAMETERS.get(what), layer, module)));
        }
        if (module.matches("attention\\.w[qkv]") && what.equals("out")) {
            return Optional.of(new LinguaSite(new Site(Hook.QKV, layer, module)));
        }
        return Optional.ofNullable(ACTIVATIONS.get(module + "::" + what))
                .map(hook -> new LinguaSite(Site.of(hook, layer)));
    }

    /** What our probes measure at such a site. Lingua's entropies are in nats and not divided by their largest. */
    void metrics(LinguaProbe.Statistics tensor, SiteTable out) {
        switch (site.hook()) {
            case GRADIENT -> put(out, "norm", scaled(tensor.rms(), Math.sqrt(tensor.elements())));
            case ATTENTION_LOGITS -> put(out, "attention_logit_max", tensor.absMax());
            case ATTENTION_ENTROPY -> put(out, "attention_entropy_nats", tensor.number("mean"));
            default -> {
                put(out, "rms", tensor.rms());
                put(out, "abs_max", tensor.absMax());
                put(out, "mean", tensor.number("mean"));
                put(out, "kurtosis", tensor.number("kurtosis"));
            }
        }
    }

    private void put(SiteTable out, String metric, OptionalDouble value) {
        value.ifPresent(number -> out.put(site, metric, number));
    }

    private static OptionalDouble scaled(OptionalDouble value, double factor) {
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
    }
}
